import type { Verdict } from "../../core/compatibility/assessment.ts";
import type { EvidenceTier } from "../../core/compatibility/evidence.ts";
import type { AdaptedColumn, Adapter, RouteKind } from "../../core/routes/route.ts";
import { printable } from "../text/printable.ts";
import type { Colors } from "../text/style.ts";
import { code } from "./change-words.ts";

/** The sign of a route: `»` goes through an adapter, `?` waits for an answer, `!` is stopped. */
export type RouteMark = "+" | "»" | "?" | "!";

const marks: Readonly<Record<RouteKind, RouteMark>> = {
  pass: "+",
  adapt: "»",
  negotiate: "?",
  isolate: "!",
};

/** The sign of a route in its colour; the sign alone says the same. */
export function routeMark(route: RouteKind, colors: Colors): string {
  const paint = {
    pass: colors.green,
    adapt: colors.cyan,
    negotiate: colors.yellow,
    isolate: colors.red,
  };
  return paint[route](marks[route]);
}

const routeTexts: Readonly<Record<RouteKind, string>> = {
  pass: "reads the new shape",
  adapt: "reads the old shape through an adapter",
  negotiate: "waits for an answer",
  isolate: "is stopped",
};

/** What becomes of a model on a route. */
export function routeWords(route: RouteKind): string {
  return routeTexts[route];
}

const verdictTexts: Readonly<Record<Verdict, string>> = {
  safe: "nothing changes for it",
  absorbed: "its SQL absorbs the change",
  drift: "its values or rows may differ",
  rewritable: "its SQL would fail, and can be mended by new names",
  breaks: "it, or what reads its result, would fail",
  corrupts: "its result would be wrong without a failure",
};

/** What the worst term says would happen to a model on the new shape. */
export function verdictWords(gate: Verdict): string {
  return verdictTexts[gate];
}

/** The colour of a verdict. */
export function verdictPaint(gate: Verdict, colors: Colors): (text: string) => string {
  if (gate === "breaks" || gate === "corrupts") return colors.red;
  return gate === "safe" || gate === "absorbed" ? colors.green : colors.yellow;
}

const evidenceTexts: Readonly<Record<EvidenceTier, string>> = {
  0: "lineage alone",
  1: "lineage, and a trial of its SQL on the new shape",
  2: "lineage, a trial of its SQL, and the rows of the batch",
  3: "results on a sample before and after",
};

/** What an assessment rests on. */
export function evidenceWords(evidence: EvidenceTier): string {
  return evidenceTexts[evidence];
}

const evidenceTags: Readonly<Record<EvidenceTier, string>> = {
  0: "lineage",
  1: "trial of its SQL",
  2: "rows of the batch",
  3: "results on a sample",
};

/** The strongest evidence that an assessment rests on. */
export function evidenceTag(evidence: EvidenceTier): string {
  return evidenceTags[evidence];
}

/** A score as people compare it, rounded down: only what is certain is 1. */
export function scoreText(score: number): string {
  if (score === 0 || score === 1) return String(score);
  const floored = Math.floor(score * 100) / 100;
  return floored === 0 ? "below 0.01" : floored.toFixed(2);
}

/** What an adapter patches, column by column; those that it only hands on are not named. */
export function adapterWords({ columns }: Adapter): readonly string[] {
  return columns.flatMap((column) => {
    const words = patchWords(column);
    return words === null ? [] : [words];
  });
}

function patchWords(column: AdaptedColumn): string | null {
  const { name, from, type, isCast, isTainted } = column;
  const own = name.toLowerCase();
  const others = from.filter((one) => one.toLowerCase() !== own);
  const taint = isTainted ? ", which is not what it was" : "";
  if (from.length === 0) return `${code(name)} is NULL${taint}`;
  const source = others.length === 0 ? "" : ` is ${others.map(code).join(" or ")}`;
  const cast = isCast ? ` as ${printable(type)}` : "";
  if (source === "" && cast === "" && taint === "") return null;
  return `${code(name)}${source === "" && cast !== "" ? " is read" : source}${cast}${taint}`;
}
