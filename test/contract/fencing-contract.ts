import { expect, test } from "vitest";
import { buildOf, loadOf, never } from "./warehouse-requests.ts";
import type { WarehouseScene } from "./warehouse-scene.ts";

const fencedOut = { code: "FENCED_OUT" };

/** What becomes of a runner that another has taken over from. */
export function fencingContract(scene: WarehouseScene): void {
  const { staged, load, rowsOf } = scene;
  const numbers = () => loadOf(staged("n", "id\n1\n2\n", "id BIGINT"));
  const ofEpoch = <T extends { readonly provenance: object }>(request: T, epoch: number): T => ({
    ...request,
    provenance: { ...request.provenance, epoch },
  });

  test("after a newer runner's load, an older one's effects commit nothing", async () => {
    const first = numbers();
    await load(ofEpoch(first, 4));
    await load(ofEpoch(loadOf(staged("o", "id\n1\n", "id BIGINT")), 5));
    const before = await rowsOf("FROM _sluice.loads ORDER BY id");
    const again = loadOf(staged("n", "id\n3\n", "id BIGINT"));
    await expect(load(ofEpoch(again, 4))).rejects.toMatchObject(fencedOut);
    await expect(load(ofEpoch({ ...again, partRows: 1 }, 4))).rejects.toMatchObject(fencedOut);
    const build = ofEpoch(buildOf("m", "SELECT 1 AS a"), 4);
    await expect(scene.warehouse.transform(build, never())).rejects.toMatchObject(fencedOut);
    const release = {
      source: "n",
      target: first.target,
      key: [],
      loading: first.loading,
      gates: [],
      by: "ann",
      at: 1,
    };
    await expect(
      scene.warehouse.release({ ...release, strategy: "append", epoch: 4 }, never()),
    ).rejects.toMatchObject(fencedOut);
    expect(await rowsOf("FROM _sluice.loads ORDER BY id")).toEqual(before);
    expect(await rowsOf("FROM raw.n")).toHaveLength(2);
  });

  test("the newest epoch is known to the next process, to whom it is its own", async () => {
    await load(ofEpoch(numbers(), 5));
    await scene.reopen();
    await expect(load(ofEpoch(numbers(), 4))).rejects.toMatchObject(fencedOut);
    await load(ofEpoch(numbers(), 5));
    await load(ofEpoch(numbers(), 6));
  });

  test("a runner whose load failed has taken over nevertheless", async () => {
    await load(ofEpoch(numbers(), 4));
    const bad = ofEpoch(buildOf("m", "SELECT nonsense"), 5);
    await expect(scene.warehouse.transform(bad, never())).rejects.toThrow();
    await expect(load(ofEpoch(numbers(), 4))).rejects.toMatchObject(fencedOut);
  });

  test("effects that begin a new epoch side by side all commit", async () => {
    const loads = Array.from({ length: 8 }, (_, index) => {
      const manifest = staged(`s${index}`, "id\n1\n", "id BIGINT");
      return load(ofEpoch(loadOf(manifest), 3));
    });
    expect((await Promise.all(loads)).map(({ rowsInserted }) => rowsInserted)).toEqual(
      loads.map(() => 1),
    );
  });
}
