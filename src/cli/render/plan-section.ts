import { printable } from "../text/printable.ts";
import { formatCount } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { wrapUnder } from "../text/wrap.ts";
import { type Note, noteText } from "./decision-notes.ts";
import {
  isRunning,
  nameWidthOf,
  type PlannedSegment,
  paintMark,
  renderSegment,
  segmentMark,
  segmentNotes,
  tasksWords,
} from "./plan-segment.ts";

/** From so many segments on, what all of them have is said once. */
const sharedFrom = 3;
const namesMax = 12;

/** Reasons that no segment needs a line of its own for. */
const folded = new Set<string | undefined>(["up_to_date", "not_demanded"]);

/**
 * The segments of one kind: a line for each that runs, with what was added to it, then what several
 * share. Segments that do not run for one and the same reason are one line together.
 */
export function renderSection(
  title: string,
  planned: readonly PlannedSegment[],
  style: Style,
): readonly string[] {
  if (planned.length === 0) return [];
  const groups = groupBy(planned, foldKey);
  const isFolded = (one: PlannedSegment) => {
    if (isRunning(one.segment)) return false;
    const members = groups.get(foldKey(one)) ?? [];
    return members.length >= sharedFrom || folded.has(one.segment.tasks[0]?.bypass?.reason);
  };
  const shown = planned.filter((one) => !isFolded(one));
  const notes = new Map(shown.map((one) => [one, segmentNotes(one, style)] as const));
  const shared = sharedNotes(notes);
  const nameWidth = nameWidthOf(shown.map(({ segment }) => segment));
  const foldedGroups = [...groups.values()].filter(
    ([first]) => first !== undefined && !shown.includes(first),
  );
  return [
    "",
    title,
    ...shown.flatMap((one) => {
      const own = (notes.get(one) ?? []).filter((note) => !shared.has(noteKey(note)));
      return renderSegment(one, { nameWidth, notes: own }, style);
    }),
    ...sharedLines(shared, style),
    ...foldedGroups.flatMap((group) => foldedLine(group, style)),
  ];
}

/** Equal for segments of which there is the same to say: their mark, and why nothing of them runs. */
function foldKey(one: PlannedSegment): string {
  const mark = segmentMark(one.segment);
  const isOwn = isRunning(one.segment) || (one.segment.route !== null && mark !== "=");
  return isOwn ? one.segment.subject : `${mark} ${tasksWords(one)}`;
}

function groupBy(
  planned: readonly PlannedSegment[],
  key: (one: PlannedSegment) => string,
): ReadonlyMap<string, readonly PlannedSegment[]> {
  const groups = new Map<string, PlannedSegment[]>();
  for (const one of planned) {
    const group = groups.get(key(one));
    if (group === undefined) groups.set(key(one), [one]);
    else group.push(one);
  }
  return groups;
}

interface SharedNote {
  readonly note: Note;
  readonly subjects: string[];
}

function noteKey({ words, by }: Note): string {
  return `${words} ${by.join()}`;
}

function sharedNotes(
  notes: ReadonlyMap<PlannedSegment, readonly Note[]>,
): ReadonlyMap<string, SharedNote> {
  const all = new Map<string, SharedNote>();
  for (const [{ segment }, own] of notes) {
    for (const note of own) {
      const known = all.get(noteKey(note));
      if (known === undefined) all.set(noteKey(note), { note, subjects: [segment.subject] });
      else known.subjects.push(segment.subject);
    }
  }
  return new Map([...all].filter(([, { subjects }]) => subjects.length >= sharedFrom));
}

function sharedLines(shared: ReadonlyMap<string, SharedNote>, style: Style): readonly string[] {
  return [...shared.values()].flatMap(({ note, subjects }) =>
    marked(style.colors.dim("*"), `${nameList(subjects)}: ${noteText(note, null)}`, style),
  );
}

function foldedLine(group: readonly PlannedSegment[], style: Style): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  const mark = paintMark(segmentMark(first.segment), style.colors);
  const names = group.map(({ segment }) => segment.subject);
  return marked(mark, `${nameList(names)}: ${tasksWords(first)}`, style);
}

function marked(mark: string, text: string, style: Style): readonly string[] {
  const [head = "", ...others] = wrapUnder("    ", text, style.width);
  return [`  ${mark} ${head.slice(4)}`, ...others];
}

/** Names as far as they can be read, after how many there are. */
function nameList(names: readonly string[]): string {
  const rest = names.length - namesMax;
  const list = names.slice(0, namesMax).map(printable).join(", ");
  if (names.length === 1) return list;
  return `${formatCount(names.length)} (${list}${rest > 0 ? ` and ${formatCount(rest)} more` : ""})`;
}
