import { expect, test } from "vitest";
import { csv, loadOf, never } from "./warehouse-requests.ts";
import type { WarehouseScene } from "./warehouse-scene.ts";

/** What taking a load or build back promises. */
export function undoContract(scene: WarehouseScene): void {
  const { staged, load } = scene;

  test("a load of which no version before is kept cannot be undone, and nothing is condemned", async () => {
    const request = loadOf(staged("u", "id\n1\n", "id BIGINT", { format: csv }));
    await load(request);
    const { target, fingerprint, provenance } = request;
    const undo = {
      target,
      fingerprint,
      verdict: fingerprint,
      reason: "a check failed",
      provenance,
    };
    await expect(scene.warehouse.undo(undo, never())).rejects.toMatchObject({
      code: "VERSION_GONE",
    });
    expect((await scene.warehouse.outputs()).get("raw.u")).toMatchObject({
      fingerprint,
      condemned: null,
    });
  });
}
