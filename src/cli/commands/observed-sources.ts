import type { Contract } from "../../core/contracts/contract.ts";
import type { SourceSpec } from "../../core/project/project.ts";
import type { ObservedSchema } from "../../core/schema/observed-schema.ts";
import { closestName } from "../../core/std/closest-name.ts";
import type { SluiceProject } from "../../engine/sluice-project.ts";
import { OperatingError } from "../../errors/operating-error.ts";

/** A source with the shape that it has now; `null` where it could not be observed. */
export interface ObservedSource {
  readonly spec: SourceSpec;
  readonly contract: Contract | null;
  readonly shape: ObservedSchema | null;
}

/**
 * Looks at the sources. The newest shape that is arriving stands for a source; where nothing new
 * arrives, the shape that it has as a whole.
 * @param name only this one; `null` gives all.
 * @throws NOT_FOUND
 */
export async function observedSources(
  project: SluiceProject,
  name: string | null,
): Promise<readonly ObservedSource[]> {
  const { snapshot, sources } = await project.snapshot();
  const wanted = sources.filter((source) => name === null || source.name === name);
  if (wanted.length === 0 && name !== null) throw unknownSource(name, sources);
  return wanted.map((spec): ObservedSource => {
    const profile = snapshot.profiles.get(spec.name)?.profile;
    const arriving = profile?.arriving.at(-1) ?? null;
    const schema = profile?.schema ?? null;
    const whole: ObservedSchema | null =
      schema === null
        ? null
        : {
            columns: schema.columns.map((column) => ({ ...column, format: null, sketch: null })),
            key: schema.key,
            evidence:
              profile?.kind === "table"
                ? { kind: "declared" }
                : { kind: "inferred", from: "csv", rows: profile?.volume.rows ?? 0 },
            origin: "",
          };
    return { spec, contract: spec.contract, shape: arriving ?? whole };
  });
}

function unknownSource(name: string, sources: readonly SourceSpec[]): OperatingError {
  const close = closestName(
    name,
    sources.map((source) => source.name),
  );
  const hint = close === null ? "See them all with `sluice sources`." : `Did you mean ${close}?`;
  return new OperatingError("NOT_FOUND", `There is no source ${name}`, { hint });
}
