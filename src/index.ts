/**
 * Sluice as a library: everything that its command line does, typed.
 *
 * @module sluice
 */
export { type OpenProjectOptions, openProject } from "./app/open-project.ts";
export type {
  Affected,
  Assessment,
  ReachingChange,
  Role,
  StagedColumns,
  Stop,
  Term,
  Verdict,
} from "./core/compatibility/assessment.ts";
export type { EvidenceTier } from "./core/compatibility/evidence.ts";
export type { Contract, ContractColumn } from "./core/contracts/contract.ts";
export type {
  Batch,
  Blueprint,
  Bypass,
  BypassReason,
  Circuit,
  DecidedRule,
  Decision,
  DecisionRecord,
  Dependency,
  Fallback,
  PlannedDegradation,
  Retention,
  Safeguards,
  Segment,
  SegmentRoute,
  Task,
  TaskId,
} from "./core/decide/blueprint.ts";
export type { DiffEntry, DiffField, DiffReport } from "./core/decide/diff-blueprints.ts";
export type { WhyLink, WhyReport } from "./core/decide/why-report.ts";
export type { Contribution, Effect, EffectKind } from "./core/effects/effect.ts";
export type {
  Attributed,
  Conflict,
  MergedEffects,
  Notification,
} from "./core/effects/merged-effects.ts";
export type { UseContext, ValueOrigin } from "./core/lineage/query-lineage.ts";
export type {
  Cadence,
  LastLoad,
  Presence,
  Profile,
  Quality,
  Reliability,
  Volume,
} from "./core/metadata/profile.ts";
export type { Capacity, IdentifiedProfile, Snapshot } from "./core/metadata/snapshot.ts";
export type { Check, Gate, Measurement, OnFail } from "./core/project/check.ts";
export type { Location, Problem } from "./core/project/problem.ts";
export type {
  BypassPolicy,
  DeletePolicy,
  Demand,
  LoadOptions,
  LoadStrategy,
  LookBack,
  RetainPolicy,
  RetryPolicy,
  SourceAttributes,
  SourceSpec,
  SubjectKind,
  TaskKind,
} from "./core/project/project.ts";
export type {
  AffectedModel,
  Negotiation,
  NegotiationResponse,
  NegotiationStatus,
} from "./core/routes/negotiation.ts";
export type {
  AdaptedColumn,
  Adapter,
  DefaultOutcome,
  Meanwhile,
  RouteKind,
} from "./core/routes/route.ts";
export type { ParamValue, Rule, RuleOutcome, RuleSet } from "./core/rules/rule-set.ts";
export { defineRuleSet, type RuleSetFileInput } from "./core/rules/rule-set-file.ts";
export type {
  Failure,
  RunEvent,
  RunStatus,
  SegmentChanges,
  TaskResult,
  TaskStatus,
} from "./core/run/run-event.ts";
export type {
  CycleFigures,
  Percentiles,
  SimulationReport,
  VariantReport,
  ViolationReport,
} from "./core/scenarios/simulation-report.ts";
export type { CompatibilityMode } from "./core/schema/compatibility-mode.ts";
export type {
  ColumnFormat,
  ColumnSketch,
  ObservedColumn,
  ObservedSchema,
  SchemaEvidence,
} from "./core/schema/observed-schema.ts";
export type {
  ChangeKind,
  NestedChange,
  SchemaChange,
  TypeChange,
} from "./core/schema/schema-change.ts";
export type { Column, TableName, TableSchema } from "./core/schema/table-schema.ts";
export type {
  AnySignal,
  OverrideData,
  PressureLevel,
  Remark,
  Signal,
  SignalData,
  SignalOf,
  SignalType,
} from "./core/signals/signal.ts";
export type {
  Standing,
  StandingCircuit,
  StandingLate,
  StandingOverride,
  StandingPressure,
  StandingQuality,
  StandingTier,
} from "./core/signals/standing.ts";
export type { Hash } from "./core/std/hash.ts";
export type { Json, JsonObject } from "./core/std/json.ts";
export type { EpochMs } from "./core/std/time.ts";
export type {
  DriftReader,
  DriftReport,
  GivenAnswer,
  NegotiationReport,
  RoutedModel,
} from "./engine/drift-report.ts";
export type {
  ImpactReport,
  LineageOptions,
  LineageReader,
  LineageReport,
} from "./engine/lineage-report.ts";
export type { PruneOptions, PruneReport } from "./engine/prune.ts";
export type {
  QuarantineDesk,
  QuarantineRowsReport,
  ReleaseReport,
} from "./engine/quarantine-report.ts";
export type { ServeDesk, ServeOptions } from "./engine/serve/serve-desk.ts";
export type { ServeEvent } from "./engine/serve/serve-event.ts";
export type { TriggerCause } from "./engine/serve/trigger.ts";
export type {
  ReceivedSignal,
  SentReport,
  SignalDesk,
  SignalRequest,
  SignalState,
  SignalsReport,
} from "./engine/signal-desk.ts";
export type { RulesChoice, SimulateOptions, SimulationDesk } from "./engine/simulation-desk.ts";
export type {
  CheckReport,
  CycleOptions,
  DegradedReport,
  DoctorReport,
  FailedRevision,
  PlanReport,
  ProbeProgress,
  ReplayedRevision,
  ReplayReport,
  RunOptions,
  RunReport,
  RunRevision,
  SluiceProject,
  SnapshotReport,
  TaskReport,
} from "./engine/sluice-project.ts";
export type { ErrorCode } from "./errors/catalogue.ts";
export { OperatingError } from "./errors/operating-error.ts";
export type { RunSummary } from "./ports/catalog.ts";
export type { QuarantinedRow, QuarantineSummary } from "./ports/quarantine.ts";
export type { Rows } from "./ports/warehouse.ts";
