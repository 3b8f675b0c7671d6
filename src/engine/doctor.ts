import type { Project } from "../core/project/project.ts";
import { toOperatingError } from "../errors/operating-error.ts";
import { connectionsOf } from "./connections.ts";
import { withDeadline } from "./deadline.ts";
import type { Parts } from "./parts.ts";
import type { DoctorReport } from "./sluice-project.ts";

type Finding = DoctorReport["findings"][number];

/** Below this much free space a run may not get through its staging and its transaction. */
const freeBytesMin = 1024 ** 3;

/** Looks at everything that a run needs. Each failing finding says what to do; nothing is changed. */
export async function diagnose(parts: Parts): Promise<DoctorReport> {
  const loaded = await parts.loadProject();
  const errors = loaded.problems.filter((problem) => problem.severity === "error").length;
  if (loaded.project === null) {
    const finding: Finding = {
      subject: "project",
      state: "failed",
      detail: `${errors} errors in the project's files`,
      fix: "Run `sluice check`.",
    };
    return { findings: [finding] };
  }
  const { project } = loaded;
  const ok: Finding = { subject: "project", state: "ok", detail: `${project.name} is valid` };
  return {
    findings: [
      ok,
      await examineDisk(parts),
      await examine("catalog", "Is another version of Sluice at work here?", async () => {
        await using catalog = await parts.catalogs.openReader(parts.catalogPath(project.settings));
        const runs = catalog === null ? [] : await catalog.runs(1);
        const last = runs[0];
        return last === undefined ? "no run yet" : `last run ${last.id} ${last.status}`;
      }),
      await examine("warehouse", "Close the program that holds the file.", async () => {
        if (!(await parts.hasWarehouse(project))) return "not there yet; the first run makes it";
        await using warehouse = await parts.openWarehouse(project);
        return `opens, holds ${(await warehouse.outputs()).size} outputs of Sluice`;
      }),
      ...(await examineConnections(project, parts)),
    ],
  };
}

async function examineDisk(parts: Parts): Promise<Finding> {
  const freeBytes = await parts.freeBytes();
  const detail = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free`;
  return freeBytes >= freeBytesMin
    ? { subject: "disk", state: "ok", detail }
    : { subject: "disk", state: "warning", detail, fix: "Make room before the next run." };
}

async function examineConnections(project: Project, parts: Parts): Promise<readonly Finding[]> {
  await using connections = connectionsOf(project, parts);
  return await Promise.all(
    project.connections.map((spec) =>
      examine(`connection ${spec.name}`, "See its options in connections/.", async () => {
        const startedAt = parts.clock.now();
        const limits = { clock: parts.clock, timeoutMs: spec.probeTimeoutMs };
        await withDeadline(limits, `Opening ${spec.name}`, () => connections.session(spec.name));
        return `opens in ${parts.clock.now() - startedAt} ms`;
      }),
    ),
  );
}

/** Turns a look into a finding: what it says, or what went wrong with what to do about it. */
async function examine(
  subject: string,
  fix: string,
  look: () => Promise<string>,
): Promise<Finding> {
  try {
    return { subject, state: "ok", detail: await look() };
  } catch (error) {
    // A doctor reports what fails; it does not fail with it.
    const { code, message, hint } = toOperatingError(error);
    if (code === "WAREHOUSE_LOCKED") {
      return { subject, state: "warning", detail: message, fix: hint ?? fix };
    }
    return { subject, state: "failed", detail: message, fix: hint ?? fix };
  }
}
