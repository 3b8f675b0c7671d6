import { pressedResources, type Signal, type SignalType } from "../../core/signals/signal.ts";
import type { EpochMs } from "../../core/std/time.ts";
import type { Dice } from "../time/dice.ts";
import type { World } from "./world.ts";

/** What somebody may say, by what kind of word it is. */
export type SignalTopic = "override" | "tier" | "pressure" | "circuit" | "news";

const minuteMs = 60_000;

/** Draws a signal that says something of the world; whether it is true is another matter. */
export function drawSignal(topic: SignalTopic, world: World, at: EpochMs, dice: Dice): Signal {
  const sources = [...world.sources.keys()];
  const subject = dice.pick([...sources, ...world.models.keys()]);
  const source = dice.pick(sources);
  const common = { id: `${topic} ${dice.between(0, 2 ** 31)}`, source: "somebody", at };
  switch (topic) {
    case "override":
      return {
        ...common,
        type: dice.pick(["override.bypass", "override.force", "override.freeze"]),
        subject,
        data: {
          by: "somebody",
          why: "It seemed right.",
          // Often it ends while the run goes on.
          until: at + dice.between(5_000, 40 * minuteMs),
          ...(dice.chance(0.3) ? { cancel: true } : {}),
        },
      };
    case "tier":
      return { ...common, type: "tier.changed", subject, data: { tier: dice.between(0, 4) } };
    case "pressure": {
      const level = dice.pick([0, 1, 2, 3, 3] as const);
      return { ...common, type: "pressure", subject: dice.pick(pressedResources), data: { level } };
    }
    case "circuit": {
      const { connection } = world.source(source).spec;
      const until = at + dice.between(10_000, 20 * minuteMs);
      return {
        ...common,
        type: "circuit.opened",
        subject: connection,
        data: { until, because: "It fails again and again." },
      };
    }
    case "news": {
      const type = dice.pick<Extract<SignalType, `source.${string}` | "schema.changed">>([
        "source.late",
        "source.back",
        "source.changed",
        "schema.changed",
      ]);
      return { ...common, type, subject: source, data: {} };
    }
  }
}

/** What is said when all is over: nothing of what was said before holds any more. */
export function drawAllClear(
  world: World,
  signals: readonly Signal[],
  at: EpochMs,
): readonly Signal[] {
  const common = { source: "somebody", at };
  const late = new Set<string>();
  for (const { type, subject } of signals) if (type === "source.late") late.add(subject);
  return [
    ...pressedResources.map(
      (subject): Signal => ({
        ...common,
        id: `over ${subject} ${at}`,
        type: "pressure",
        subject,
        data: { level: 0 },
      }),
    ),
    ...[...late]
      .filter((subject) => world.sources.has(subject))
      .map(
        (subject): Signal => ({
          ...common,
          id: `back ${subject} ${at}`,
          type: "source.back",
          subject,
          data: {},
        }),
      ),
  ];
}
