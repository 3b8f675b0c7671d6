/**
 * Sluice as a library: everything that its command line does, typed.
 *
 * @module sluice
 */
export { type OpenProjectOptions, openProject } from "./app/open-project.ts";
export type {
  Batch,
  Blueprint,
  Bypass,
  BypassReason,
  Decision,
  DecisionRecord,
  Dependency,
  Safeguards,
  Segment,
  Task,
  TaskId,
} from "./core/decide/blueprint.ts";
export type { DiffEntry, DiffField, DiffReport } from "./core/decide/diff-blueprints.ts";
export type { WhyLink, WhyReport } from "./core/decide/why-report.ts";
export type { Profile } from "./core/metadata/profile.ts";
export type { Snapshot } from "./core/metadata/snapshot.ts";
export type { Location, Problem } from "./core/project/problem.ts";
export type { SourceSpec } from "./core/project/project.ts";
export type { Rule, RuleSet } from "./core/rules/rule-set.ts";
export { defineRuleSet, type RuleSetFileInput } from "./core/rules/rule-set-file.ts";
export type { RunEvent, RunStatus, TaskResult, TaskStatus } from "./core/run/run-event.ts";
export type { TableName } from "./core/schema/table-schema.ts";
export type {
  CheckReport,
  CycleOptions,
  DoctorReport,
  PlanReport,
  ProbeProgress,
  ReplayReport,
  RunOptions,
  RunReport,
  SluiceProject,
  SnapshotReport,
  TaskReport,
} from "./engine/sluice-project.ts";
export type { ErrorCode } from "./errors/catalogue.ts";
export { OperatingError } from "./errors/operating-error.ts";
export type { RunSummary } from "./ports/catalog.ts";
export type { Rows } from "./ports/warehouse.ts";
