import type { SimulationReport, VariantReport } from "../../core/scenarios/simulation-report.ts";
import { formatDurationMs } from "../../core/std/time.ts";
import type { Style } from "../text/style.ts";
import { renderTable } from "../text/table.ts";

/** One figure of each variant, and which of two is better. */
export interface ComparedFigure {
  readonly title: string;
  readonly amountOf: (variant: VariantReport) => number | null;
  readonly format: (value: number) => string;
  /** Whether less of it is better; `null` where it depends. */
  readonly isLessBetter: boolean | null;
}

const plain = (value: number) => value.toLocaleString("en-US");

/** What a comparison shows, in this order. */
export function comparedFigures(variants: readonly VariantReport[]): readonly ComparedFigure[] {
  const tiers = new Set(variants.flatMap(({ latencyMs }) => Object.keys(latencyMs)));
  const latencies = [...tiers].sort().flatMap((tier) =>
    (["p50", "p95"] as const).map(
      (share): ComparedFigure => ({
        title: `latency ${share}, tier ${tier}`,
        amountOf: ({ latencyMs }) => latencyMs[tier]?.[share] ?? null,
        format: formatDurationMs,
        isLessBetter: true,
      }),
    ),
  );
  return [
    figure("tasks run", ({ tasksRun }) => tasksRun, true),
    {
      title: "compute",
      amountOf: ({ computeMs }) => computeMs,
      format: formatDurationMs,
      isLessBetter: true,
    },
    ...latencies,
    figure("SLA misses", ({ slaMisses }) => slaMisses, true),
    figure("bad rows served", ({ badRowsServed }) => badRowsServed, true),
    figure("failures", ({ failures }) => failures, null),
    figure("failures contained", ({ failuresContained }) => failuresContained, false),
  ];
}

function figure(
  title: string,
  amountOf: (variant: VariantReport) => number,
  isLessBetter: boolean | null,
): ComparedFigure {
  return { title, amountOf, format: plain, isLessBetter };
}

/** The variants side by side, and what did not hold. */
export function renderSimulation(report: SimulationReport, style: Style): readonly string[] {
  const { scenario, seed, cycles, variants, violations } = report;
  const { colors } = style;
  const [first, second] = variants;
  const rows = comparedFigures(variants).map((compared) => [
    compared.title,
    ...variants.map((variant) => {
      const value = compared.amountOf(variant);
      return value === null ? "–" : compared.format(value);
    }),
    first === undefined || second === undefined
      ? ""
      : { text: changeText(compared, first, second), paint: colors.dim },
  ]);
  const table = renderTable(
    [
      { title: "", shrinkTo: 12 },
      ...variants.map(({ name }) => ({
        title: name.toUpperCase(),
        align: "right" as const,
        shrinkTo: 8,
      })),
      { title: "", align: "right" as const },
    ],
    rows,
    { width: style.width, paintTitle: colors.dim },
  );
  const times = cycles === 1 ? "1 cycle" : `${cycles} cycles`;
  return [
    `${colors.bold(scenario)}: ${times} with seed ${seed}`,
    "",
    ...table,
    "",
    ...(violations.length === 0
      ? ["Everything that must hold held after every event."]
      : violations.flatMap(({ variant, invariant, detail }) => [
          `${colors.red("✗")} ${variant}: ${invariant} does not hold: ${detail}`,
          `  See it again: sluice simulate ${scenario} --seed ${seed} --cycles ${cycles} --trace`,
        ])),
  ];
}

/** How the first variant does against the second, in words. */
export function changeText(
  { amountOf }: ComparedFigure,
  first: VariantReport,
  second: VariantReport,
): string {
  const [ours, theirs] = [amountOf(first), amountOf(second)];
  if (ours === null || theirs === null) return "";
  if (ours === theirs) return "same";
  if (theirs === 0) return "";
  const percent = Math.round((100 * (ours - theirs)) / theirs);
  if (percent === 0) return "about the same";
  return percent < 0 ? `${-percent} % less` : `${percent} % more`;
}
