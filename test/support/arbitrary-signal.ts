import fc from "fast-check";
import type {
  AnySignal,
  Signal,
  SignalData,
  SignalOf,
  SignalType,
} from "../../src/core/signals/signal.ts";

/** A signal of a type, with what a test does not care about filled in. */
export function signalOf<T extends SignalType>(
  signal: Pick<SignalOf<T>, "type" | "subject" | "data"> &
    Partial<Pick<SignalOf<T>, "id" | "source" | "at">>,
): AnySignal<T> {
  const { type, subject, data, id = `${type} ${subject}`, source = "test", at = 0 } = signal;
  return { id, source, type, subject, at, data };
}

const text = fc.stringMatching(/^[a-z "{}\\é]{1,8}$/);
const remark = fc.record({ because: text }, { requiredKeys: [] });

/**
 * Signals of any type about few subjects, connections and resources, with few ids and senders, so
 * that some arrive twice and some clash.
 */
export function arbitrarySignal(
  subjects: readonly string[] = ["a", "b"],
  instants: fc.Arbitrary<number> = fc.integer({ min: 0, max: 50 }),
): fc.Arbitrary<Signal> {
  const override = fc.record(
    { by: text, why: text, until: fc.option(instants, { nil: null }), cancel: fc.boolean() },
    { requiredKeys: ["by", "why", "until"] },
  );
  const common = {
    id: fc.stringMatching(/^[0-9a-f]{1,2}$/),
    source: fc.constantFrom("cli", "/http"),
    at: instants,
  };
  const of = <T extends SignalType>(
    type: T,
    about: fc.Arbitrary<string>,
    data: fc.Arbitrary<SignalData[T]>,
  ): fc.Arbitrary<AnySignal<T>> =>
    fc.record({ ...common, subject: about, data }).map((fields) => signalOf({ ...fields, type }));
  const subject = fc.constantFrom(...subjects);
  const connection = fc.constantFrom("files", "shop");
  const resource = fc.constantFrom("memory", "disk", "slots", "warehouse");
  return fc.oneof(
    of("source.late", subject, remark),
    of("source.back", subject, remark),
    of("source.changed", subject, remark),
    of("schema.changed", subject, remark),
    of("quality.dropped", subject, fc.record({ failedChecks: fc.nat({ max: 5 }) })),
    of("tier.changed", subject, fc.record({ tier: fc.nat({ max: 9 }) })),
    of("circuit.opened", connection, fc.record({ until: instants, because: text })),
    of("circuit.closed", connection, remark),
    of("pressure", resource, fc.record({ level: fc.constantFrom(0, 1, 2, 3) })),
    of("override.bypass", subject, override),
    of("override.force", subject, override),
    of("override.freeze", subject, override),
    of("override.lift", subject, fc.record({ by: text, why: text })),
    of("cycle.due", subject, remark),
  );
}
