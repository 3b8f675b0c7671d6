import { shortHash } from "../std/hash.ts";
import type { Json } from "../std/json.ts";
import { sentence } from "../std/sentence.ts";
import { formatDurationMs } from "../std/time.ts";
import type { Task } from "./blueprint.ts";
import { profileOf } from "./decide-source.ts";
import type { Decided } from "./decided.ts";
import {
  becauseOf,
  comparedFingerprint,
  isMeasuring,
  taskEvidence,
  undoingGates,
} from "./evidence.ts";
import { columnsReadOf } from "./model-reads.ts";
import { isInFocus } from "./said-of.ts";
import { percentText, shareText } from "./share.ts";
import { type Arrival, historyOf, type ModelNode, type SubjectNode } from "./subject-node.ts";
import { fallbackOf } from "./why-fallback.ts";
import { isolatedCauses, isolatedText } from "./why-isolated.ts";
import { leftLinks, overrideText } from "./why-override.ts";
import type { WhyLink } from "./why-report.ts";
import { explainRule } from "./why-rule.ts";

/** Subjects that an explanation has explained already; it refers to them and does not repeat. */
export type Told = Set<string>;

/** Explains a bypass down to the facts. */
export function explainBypass(
  decided: Decided,
  node: SubjectNode,
  task: Task,
  told: Told = new Set(),
): WhyLink {
  told.add(node.subject);
  const evidence = taskEvidence(decided, node, task);
  const link = (text: string, because: readonly WhyLink[]): WhyLink => ({
    text,
    about: task.id,
    evidence,
    because,
  });
  switch (task.bypass?.reason) {
    case "up_to_date":
      return link(upToDateText(decided, node, task), upToDateCauses(decided, node, { task, told }));
    case "rule":
      return link(ruleText(node), ruleCauses(decided, node));
    case "upstream":
      return link(upstreamText(decided, node, task.bypass.by), [
        explainUpstream(decided, task.bypass.by, told),
        ...fallbackLinks(decided, task.bypass.by),
      ]);
    case "source_missing":
      return link(missingText(decided, node), []);
    case "source_short":
      return link(
        shortText(node),
        (node.outcomes.effects.fallback?.by ?? []).map((rule) =>
          explainRule(decided.workings.context, node, rule),
        ),
      );
    case "not_demanded":
      if (!isInFocus(decided.workings.context, node.subject)) {
        return link(
          `This cycle is about other subjects, and ${node.subject} is not one of them.`,
          [],
        );
      }
      return link(
        `${node.subject} runs only when it is used, and no model that runs reads it.`,
        readerLinks(decided, node, told),
      );
    case "isolated":
      return link(isolatedText(node), isolatedCauses(decided, node));
    case "pressure":
      return link(
        `${node.subject} is optional, and ${task.bypass.by} runs short: what is optional is left out.`,
        [],
      );
    case "condemned":
      return link(condemnedText(node), []);
    case "frozen":
    case "override":
      return link(overrideText(node), leftLinks(decided, node));
    case undefined:
      return link(`${task.id} is ${task.bypass?.reason ?? "active"}.`, []);
  }
}

function upToDateText({ workings }: Decided, { subject, kind }: SubjectNode, task: Task): string {
  const { context } = workings;
  const output = historyOf(context, subject)?.output ?? null;
  if (output === null) return `${subject} is up to date.`;
  const ago = agoText(context.cycle.now - output.committedAt);
  const run = `run ${output.run}, ${ago}`;
  if (isMeasuring(task)) {
    return `${subject} has been measured with these checks since it was last committed (${run}).`;
  }
  return kind === "source"
    ? `${subject} is as it was when it was last loaded (${run}).`
    : `${subject} would be built from the same code and the same inputs as last time (${run}).`;
}

function agoText(spanMs: number): string {
  return spanMs < 1_000 ? "just now" : `${formatDurationMs(spanMs)} ago`;
}

/** The identities that are equal, and for a model those who have not changed either. */
function upToDateCauses(
  decided: Decided,
  node: SubjectNode,
  { task, told }: { readonly task: Task; readonly told: Told },
): readonly WhyLink[] {
  const fingerprint = comparedFingerprint(node, task);
  const done = isMeasuring(task) ? "measured" : "committed";
  const same: WhyLink = {
    text: `Its fingerprint is the one that was ${done}: ${shortHash(fingerprint ?? "")}.`,
    about: node.subject,
    evidence: { fingerprint },
    because: [],
  };
  return node.kind === "source" ? [same] : [same, ...inputLinks(decided, node, told)];
}

function inputLinks(decided: Decided, node: ModelNode, told: Told): readonly WhyLink[] {
  return node.arrivals.map((arrival) => {
    const link = explainArrival(decided, arrival, told);
    return arrival.state === "awaited" && arrival.seen !== null
      ? { ...link, ...unreadChange(decided, node, arrival) }
      : link;
  });
}

/** An input that changes, in nothing that its reader looks at. */
function unreadChange(
  { input }: Decided,
  reader: ModelNode,
  { subject, seen, fingerprint }: Arrival,
): Pick<WhyLink, "text" | "evidence"> {
  const columns = columnsReadOf(input.reads.get(reader.subject)?.all, subject) ?? [];
  const named = columns.length === 0 ? "" : ` and ${columns.join(", ")}`;
  return {
    text: `${subject} is made anew in this cycle; ${reader.subject} reads only its rows${named}, and these stay as they were.`,
    evidence: { state: "awaited", fingerprint, seen, columns: [...columns] },
  };
}

/** How one input reaches a model, and why that is so. */
export function explainArrival(decided: Decided, arrival: Arrival, told: Told): WhyLink {
  const { subject, state, policy } = arrival;
  const fallback = fallbackOf(decided, subject)?.text ?? null;
  const isOld = decided.workings.nodes.get(subject)?.output.state === "stale";
  const texts: Readonly<Record<Arrival["state"], string>> = {
    awaited: `${subject} is made anew in this cycle.`,
    there: `${subject} is read as it stands${isOld && fallback !== null ? `: ${fallback}` : ""}.`,
    empty: `${subject} never arrived; the edge says without, so it is read as empty.`,
    blocking: `${subject} is not current, and ${fallback ?? `the edge says ${policy}`}.`,
  };
  const above = explainSubject(decided, subject, told);
  return {
    text: texts[state],
    about: subject,
    evidence: { state, policy, fingerprint: arrival.fingerprint },
    because: above === null ? [] : [above],
  };
}

/** Why the table of a subject is not made in this cycle; `null` when it is, or was told before. */
function explainSubject(decided: Decided, subject: string, told: Told): WhyLink | null {
  const node = decided.workings.nodes.get(subject);
  if (node === undefined) return gone(subject);
  const task = makingTaskOf(decided, node);
  if (told.has(subject) || task === null || task.bypass === null) return null;
  return explainBypass(decided, node, task, told);
}

/** The task that fills a subject's table. */
export function makingTaskOf({ blueprint }: Decided, node: SubjectNode): Task | null {
  const kind = node.kind === "source" ? "load" : "transform";
  const segment = blueprint.segments.get(node.subject);
  return segment?.tasks.find((task) => task.kind === kind) ?? null;
}

function gone(subject: string): WhyLink {
  const text = `${subject} is not among the sources and models of this cycle.`;
  return { text, about: subject, because: [] };
}

function ruleText(node: SubjectNode): string {
  const { activation } = node.prepared.draft;
  const because = becauseOf(node);
  const by = activation.state === "bypassed" ? activation.by : "";
  return sentence(`Rule ${by} bypasses ${node.subject}${because === null ? "" : `: ${because}`}`);
}

/** All rules that ask for the bypass, and those that were overruled by a conflict. */
function ruleCauses({ workings }: Decided, node: SubjectNode): readonly WhyLink[] {
  const { activation, conflicts } = node.outcomes.effects;
  const rules = activation?.by ?? [];
  const links = rules.map((rule) => explainRule(workings.context, node, rule));
  const contradiction = conflicts.find(({ effect }) => effect === "bypass");
  if (contradiction === undefined) return links;
  const evidence: Json = [...contradiction.rules];
  const text = `Rules contradict each other (${contradiction.rules.join(", ")}): ${contradiction.outcome}.`;
  return [...links, { text, about: node.subject, evidence, because: [] }];
}

function upstreamText(decided: Decided, node: SubjectNode, by: string | null): string {
  const fallback = fallbackOf(decided, by);
  if (fallback !== null) {
    return `${node.subject} reads ${by}, which is not current; ${fallback.text}.`;
  }
  const arrival = node.kind === "model" ? node.arrivals.find((one) => one.subject === by) : null;
  const policy = arrival?.policy ?? "skip";
  const said = `${node.subject} reads ${by}, which is not current; the edge says ${policy}`;
  if (policy === "last_good") return `${said}, but there is nothing good to run on.`;
  if (policy !== "without") return `${said}.`;
  return arrival?.state === "empty"
    ? `${said}, but no other input arrives.`
    : `${said}, but its columns are not known, so no empty table can stand in for it.`;
}

function explainUpstream(decided: Decided, by: string | null, told: Told): WhyLink {
  const subject = by ?? "";
  return (
    explainSubject(decided, subject, told) ?? {
      text: `${subject} is explained above.`,
      about: subject,
      because: [],
    }
  );
}

/** The rules whose fallback decided instead of the edges. */
function fallbackLinks(decided: Decided, by: string | null): readonly WhyLink[] {
  const fallback = fallbackOf(decided, by);
  if (fallback === null) return [];
  const { context } = decided.workings;
  return fallback.rules.map((rule) => explainRule(context, fallback.source, rule));
}

function shortText(node: SubjectNode): string {
  if (node.kind !== "source" || node.supply.state !== "short") return `${node.subject} is short.`;
  const { fallback } = node.outcomes.effects;
  const least = fallback?.value.use === "partial" ? fallback.value.minShare : 0;
  return `${node.subject} has only ${shareText(node.supply.share)}; ${fallback?.by.join(" and ")} asks for at least ${percentText(least)}.`;
}

function condemnedText(node: SubjectNode): string {
  const gates = undoingGates(node).map(({ name }) => name);
  return `${node.subject} was undone after ${gates.join(" and ")} had condemned it, and what it would be made of has not changed since.`;
}

function missingText({ workings }: Decided, node: SubjectNode): string {
  if (node.kind !== "source") return `${node.subject} is missing.`;
  const { presence } = profileOf(workings.context, node.spec);
  if (presence.state === "present") return `${node.subject} is present.`;
  const code = presence.state === "unreachable" ? ` (${presence.code})` : "";
  return sentence(`${node.subject} is ${presence.state}${code}: ${presence.detail}`);
}

function readerLinks(decided: Decided, node: SubjectNode, told: Told): readonly WhyLink[] {
  const { context, nodes } = decided.workings;
  const readers = context.readers.get(node.subject) ?? [];
  return readers.flatMap((reader) => {
    const above = nodes.get(reader);
    if (above === undefined || told.has(reader)) return [];
    const task = makingTaskOf(decided, above);
    return task === null || task.bypass === null ? [] : [explainBypass(decided, above, task, told)];
  });
}
