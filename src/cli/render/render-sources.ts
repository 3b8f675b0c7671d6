import type { Profile } from "../../core/metadata/profile.ts";
import type { SourceSpec } from "../../core/project/project.ts";
import { compareText } from "../../core/std/compare.ts";
import type { SnapshotReport } from "../../engine/sluice-project.ts";
import { printable } from "../text/printable.ts";
import { formatAgo, formatBytes, formatCount, formatCounted } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { type Cell, renderTable, type TableColumn } from "../text/table.ts";
import { wrapUnder } from "../text/wrap.ts";

const namesMax = 12;

const columns: readonly TableColumn[] = [
  { title: "SOURCE", shrinkTo: 16 },
  { title: "CONNECTION", shrinkTo: 8 },
  { title: "KIND" },
  { title: "PRESENCE" },
  { title: "ROWS", align: "right" },
  { title: "SIZE", align: "right" },
  { title: "CHANGED" },
  { title: "TIER", align: "right" },
  { title: "LAST LOAD" },
];

/** A table of the sources, with what ails those that are not there. */
export function renderSources(report: SnapshotReport, style: Style): readonly string[] {
  const { colors, width } = style;
  const sources = report.sources.toSorted((left, right) => compareText(left.name, right.name));
  if (sources.length === 0) return ["No sources: declare one under connections/."];
  const profileOf = (source: SourceSpec) =>
    report.snapshot.profiles.get(source.name)?.profile ?? null;
  const absent = sources.flatMap((source) => {
    const presence = profileOf(source)?.presence;
    if (presence === undefined || presence.state === "present") return [];
    return [{ name: source.name, text: `${presence.state}: ${presence.detail}` }];
  });
  return [
    ...renderTable(
      columns,
      sources.map((source) => sourceRow(source, profileOf(source), style)),
      { width, paintTitle: colors.dim },
    ),
    ...(absent.length === 0 ? [] : ["", ...absentLines(absent, width)]),
    "",
    summary(sources, absent.length),
  ];
}

/** Sources that are not there, those with the same words together: one server is behind many. */
function absentLines(
  absent: readonly { readonly name: string; readonly text: string }[],
  width: number,
): readonly string[] {
  const texts = new Set(absent.map(({ text }) => text));
  return [...texts].flatMap((text) => {
    const names = absent.filter((one) => one.text === text).map(({ name }) => name);
    const rest = names.length - namesMax;
    const list = names.slice(0, namesMax).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
    return wrapUnder("! ", printable(`${list}: ${text}`), width);
  });
}

function sourceRow(
  source: SourceSpec,
  profile: Profile | null,
  style: Style,
): readonly (Cell | string)[] {
  const rows = profile?.volume.rows ?? null;
  const bytes = profile?.volume.bytes ?? null;
  const changedAt = profile?.changedAt ?? null;
  const lastLoad = profile?.lastLoad ?? null;
  const presence = profile?.presence.state ?? "missing";
  return [
    source.name,
    source.connection,
    profile?.kind ?? "",
    { text: presence, paint: presence === "present" ? style.colors.green : style.colors.red },
    rows === null ? "" : `${profile?.volume.isExact === true ? "" : "~"}${formatCount(rows)}`,
    bytes === null ? "" : formatBytes(bytes),
    changedAt === null ? "" : formatAgo(changedAt, style.now),
    String(source.tier),
    lastLoad === null ? "never" : formatAgo(lastLoad.at, style.now),
  ];
}

function summary(sources: readonly SourceSpec[], absent: number): string {
  const found = sources.filter(({ origin }) => origin === "discovered").length;
  return [
    formatCounted(sources.length, "source"),
    ...(found === 0 ? [] : [`${formatCount(found)} of them discovered`]),
    ...(absent === 0 ? [] : [`${formatCount(absent)} not there`]),
  ].join(", ");
}
