import type { EpochMs } from "../std/time.ts";

/**
 * What happened that may change a decision: a CloudEvents 1.0 event of one of our types.
 * Two signals with the same `source` and `id` are one signal that arrived twice.
 */
export type Signal = AnySignal<SignalType>;

/** The signals of some types, each with the data of its own. */
export type AnySignal<T extends SignalType> = { readonly [K in T]: SignalOf<K> }[T];

/** A signal of one type. */
export interface SignalOf<T extends SignalType> {
  readonly id: string;
  /** Who sent it. */
  readonly source: string;
  readonly type: T;
  /** What it is about; see `signalTypes` for what that names. */
  readonly subject: string;
  /** When it happened; never after it arrived. */
  readonly at: EpochMs;
  readonly data: SignalData[T];
}

export type SignalType = keyof SignalData;

/** What a signal says, by its type. */
export interface SignalData {
  readonly "source.late": Remark;
  readonly "source.back": Remark;
  readonly "source.changed": Remark;
  readonly "schema.changed": Remark;
  readonly "quality.dropped": { readonly failedChecks: number };
  readonly "tier.changed": { readonly tier: number };
  readonly "circuit.opened": { readonly until: EpochMs; readonly because: string };
  readonly "circuit.closed": Remark;
  readonly pressure: { readonly level: PressureLevel | 0 };
  readonly "override.bypass": OverrideData;
  readonly "override.force": OverrideData;
  readonly "override.freeze": OverrideData;
  readonly "override.lift": { readonly by: string; readonly why: string };
  readonly "cycle.due": Remark;
}

/** Anything that its sender had to add, for people. */
export interface Remark {
  readonly because?: string;
}

/** Somebody's word over what rules and history say. */
export interface OverrideData {
  /** Who says so. */
  readonly by: string;
  readonly why: string;
  /** When it ends by itself; `null` when it holds until it is lifted. */
  readonly until: EpochMs | null;
  /** Whether what already runs of the subject is cancelled. */
  readonly cancel?: boolean;
}

/** 1: there is less than is good; 2: what can wait should; 3: what can be left out should be. */
export type PressureLevel = 1 | 2 | 3;

/** What a machine or warehouse can run short of. */
export const pressedResources = ["memory", "disk", "slots", "warehouse"] as const;
