import type { Signal } from "../../core/signals/signal.ts";
import type { SimulationContext } from "../simulation-context.ts";
import { Dice } from "../time/dice.ts";
import { drawSignal, type SignalTopic } from "../world/draw-signal.ts";
import type { SourceState } from "../world/source-state.ts";
import type { FaultAt, KindAt } from "./fault.ts";

/** What a fault may do to the one who runs the processes. */
export interface Operator {
  /** Starts one more process. */
  readonly startAnother: () => void;
  /** Takes the process at work for dead. */
  readonly takeOver: () => void;
  /** After the next crash, lets the run be. */
  readonly resumeNoMore: () => void;
  readonly cancelRun: () => void;
  readonly send: (signal: Signal) => void;
}

const minuteMs = 60_000;
/** Faults of a cycle strike while it runs: within its first quarter of an hour. */
const windowMs = 15 * minuteMs;

/** Lets a fault of the cycle strike at its instant. */
export function scheduleCycleFault(
  context: SimulationContext,
  fault: FaultAt<"cycle">,
  operator: Operator,
): void {
  const dice = new Dice(context.seed, "strike", fault.cycle, fault.kind, fault.nth, fault.size);
  // Half of them at the very start, when all that matters begins. Nobody drops a table that is read.
  const isEarly = dice.chance(0.5);
  const atMs = fault.kind === "table-lost" ? 0 : dice.next() * (isEarly ? 10_000 : windowMs);
  context.queue.after(atMs, () => {
    const sources = [...context.world.sources.values()];
    if (sources.length === 0) return;
    const source = dice.pick(sources);
    const lastsMs = Math.round(fault.size * 40 * minuteMs);
    if (strikes[fault.kind]({ context, fault, dice, operator, source, lastsMs })) {
      context.faults.count(fault.kind);
      context.trace?.("world", { note: `fault ${fault.kind}` });
    }
  });
}

/** What a fault may lay hands on. */
interface Scene {
  readonly context: SimulationContext;
  readonly fault: FaultAt<"cycle">;
  readonly dice: Dice;
  readonly operator: Operator;
  /** The source that it struck, if it is about one. */
  readonly source: SourceState;
  readonly lastsMs: number;
}

/** @returns false when there was nothing to strike. */
type Strike = (scene: Scene) => boolean;

/** One for each kind; leaving one out does not compile. */
const strikes: { readonly [K in KindAt<"cycle">]: Strike } = {
  "second-process": ({ operator }) => {
    operator.startAnother();
    return true;
  },
  takeover: ({ operator }) => {
    operator.takeOver();
    return true;
  },
  "no-resume": ({ operator }) => {
    operator.resumeNoMore();
    return true;
  },
  cancel: ({ operator }) => {
    operator.cancelRun();
    return true;
  },
  "clock-forward": ({ context, lastsMs }) => {
    context.clockOffsetMs += 3 * lastsMs;
    return true;
  },
  "clock-back": ({ context, lastsMs }) => {
    context.clockOffsetMs -= 3 * lastsMs;
    return true;
  },
  "connection-down": ({ context: { world, queue }, source, lastsMs }) => {
    const { connection } = source.spec;
    world.connectionsDown.add(connection);
    queue.after(lastsMs, () => world.connectionsDown.delete(connection));
    return true;
  },
  "source-missing": (scene) => {
    away(scene, scene.lastsMs);
    return true;
  },
  "source-flaps": (scene) => {
    for (let time = 0; time < 5; time += 1) {
      scene.context.queue.after(time * 20_000, () => away(scene, 10_000));
    }
    return true;
  },
  "source-late": ({ context: { world, queue }, source, lastsMs }) => {
    source.isLate = true;
    queue.after(lastsMs, () => {
      source.isLate = false;
      world.reveal(source, queue.now);
    });
    return true;
  },
  "false-alarm": ({ source }) => {
    source.alarms += 1;
    return true;
  },
  "schema-drift": ({ source }) => {
    source.shape += 1;
    return true;
  },
  "poison-rows": ({ context: { world, queue }, source, dice }) => {
    source.poison.add(source.log.length);
    world.change(source, dice, queue.now);
    return true;
  },
  "burst-of-changes": ({ context: { world, queue }, source, dice }) => {
    for (let time = 0; time < 6; time += 1) {
      queue.after(time * 3_000, () => world.change(source, dice, queue.now));
    }
    return true;
  },
  override: (scene) => say(scene, "override"),
  "tier-changes": (scene) => say(scene, "tier"),
  pressure: (scene) => say(scene, "pressure"),
  "circuit-opens": (scene) => say(scene, "circuit"),
  news: (scene) => say(scene, "news"),
  "source-appears": ({ source }) => declare(source, true),
  "source-vanishes": ({ source }) => declare(source, false),
  "table-lost": ({ context: { world, warehouse }, dice }) => {
    const name = dice.pick([...world.sources.keys(), ...world.models.keys()]);
    if (!warehouse.tables.has(name)) return false;
    warehouse.drop(name);
    return true;
  },
};

function say({ context, dice, operator }: Scene, topic: SignalTopic): boolean {
  operator.send(drawSignal(topic, context.world, context.queue.now, dice));
  return true;
}

function away({ context, source }: Scene, lastsMs: number): void {
  source.presence = "missing";
  context.queue.after(lastsMs, () => {
    source.presence = "present";
  });
}

function declare(source: SourceState, isDeclared: boolean): boolean {
  if (source.isDeclared === isDeclared) return false;
  source.isDeclared = isDeclared;
  return true;
}
