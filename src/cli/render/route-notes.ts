import type { SegmentRoute } from "../../core/decide/blueprint.ts";
import type { Negotiation } from "../../core/routes/negotiation.ts";
import { shortHash } from "../../core/std/hash.ts";
import type { EpochMs } from "../../core/std/time.ts";
import { printable } from "../text/printable.ts";
import type { Note } from "./decision-notes.ts";
import { deadlineWords, meanwhileWords } from "./negotiation-words.ts";
import { adapterWords, evidenceWords, scoreText, verdictWords } from "./route-words.ts";

/** What a route's words need beside the route. */
export interface RouteContext {
  /** What the route waits for, or was agreed in; `null` when it is not known here. */
  readonly negotiation: Negotiation | null;
  readonly now: EpochMs;
}

/** Which way a model goes, what is patched or waited for, and what would happen otherwise. */
export function routeNotes(route: SegmentRoute, context: RouteContext): readonly Note[] {
  const by = route.by === null ? [] : [route.by];
  const sources = route.sources.map(printable).join(", ");
  const because = route.because === null ? "" : `; ${printable(route.because)}`;
  const note = (words: string): Note => ({ words: words + because, by });
  const harm = harmWords(route);
  switch (route.to) {
    case "pass":
      return [note(`takes the new shape of ${sources}: ${harm}`)];
    case "adapt":
      return [...adapterNotes(route), note(`on the new shape of ${sources} ${harm}`)];
    case "negotiate":
      return [...negotiationNotes(route, context), note(`on the new shape of ${sources} ${harm}`)];
    case "isolate":
      if (route.sources.length === 0) return [note("stopped by a rule, whatever it reads")];
      return [note(`on the new shape of ${sources} ${harm}`)];
  }
}

function harmWords({ gate, score, evidence }: SegmentRoute): string {
  const rests = `${gate}, score ${scoreText(score)}, known from ${evidenceWords(evidence)}`;
  return `${verdictWords(gate)} (${rests})`;
}

function adapterNotes({ adapters }: SegmentRoute): readonly Note[] {
  return adapters.map((adapter) => {
    const patches = adapterWords(adapter);
    const told = patches.length === 0 ? "" : `: ${patches.join("; ")}`;
    return { words: `reads ${printable(adapter.source)} in its earlier shape${told}`, by: [] };
  });
}

function negotiationNotes(
  route: SegmentRoute,
  { negotiation, now }: RouteContext,
): readonly Note[] {
  if (route.negotiation === null) return [];
  const show = `\`sluice negotiate show ${shortHash(route.negotiation)}\``;
  if (negotiation === null) return [{ words: `${show} tells what can be done`, by: [] }];
  const { deadline, otherwise, meanwhile } = negotiation;
  const till = deadlineWords(deadline, otherwise, now);
  return [
    { words: `${show} tells what can be done ${till}; ${meanwhileWords(meanwhile)}`, by: [] },
  ];
}
