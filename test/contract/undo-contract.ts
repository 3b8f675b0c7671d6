import { expect, test } from "vitest";
import { hashOf } from "../../src/core/std/hash.ts";
import type { LoadRequest, TransformRequest, UndoRequest } from "../../src/ports/warehouse.ts";
import { buildOf, csv, gateOf, loadOf, never } from "./warehouse-requests.ts";
import type { WarehouseScene } from "./warehouse-scene.ts";

const columns = "id BIGINT, v VARCHAR";

/** An undo of what was asked for; each verdict is of its own content. */
function undoOf(request: LoadRequest | TransformRequest, reason = "a check failed"): UndoRequest {
  const { target, fingerprint, provenance } = request;
  return { target, fingerprint, verdict: hashOf(["verdict", fingerprint]), reason, provenance };
}

/** What taking a load or build back promises. */
export function undoContract(scene: WarehouseScene): void {
  const { staged, load, rowsOf } = scene;
  const undo = (request: LoadRequest | TransformRequest) =>
    scene.warehouse.undo(undoOf(request), never());
  const output = async (name: string) => (await scene.warehouse.outputs()).get(name);
  const kept = () =>
    rowsOf(
      "SELECT (SELECT count(*) FROM _sluice.kept), (SELECT count(*) FROM information_schema.tables WHERE table_schema = '_sluice_versions')",
    );

  test("a load of which no version before is kept cannot be undone, and nothing is condemned", async () => {
    const request = loadOf(staged("u", "id\n1\n", "id BIGINT", { format: csv }));
    await load(request);
    await expect(undo(request)).rejects.toMatchObject({ code: "VERSION_GONE" });
    const { fingerprint } = request;
    expect(await output("raw.u")).toMatchObject({ fingerprint, condemned: null });
  });

  test.each(["replace", "append", "merge", "partition", "history"] as const)(
    "an undone load leaves table, quarantine and cursor as they were, and can be done again: %s",
    async (strategy) => {
      const gates = [
        gateOf("known", { kind: "accepted_values", column: "v", values: ["a", "b"] }, "quarantine"),
      ];
      const loading = {
        partitionBy: strategy === "partition" ? ["v"] : [],
        deletes: null,
        lookBack: null,
        eventTime: null,
      };
      const options = { strategy, key: ["id"], gates, loading, keepVersions: 1 };
      const read = (text: string, cursor: number, before: number | null) =>
        loadOf(
          {
            ...staged("u", text, columns, { cursor }),
            scope: before === null ? "full" : "increment",
          },
          { ...options, cursorBefore: before },
        );
      const one = read("id,v\n1,a\n2,b\n7,x\n,a\n", 1, null);
      const two = read("id,v\n2,a\n3,b\n8,y\n", 2, 1);
      await load(one);
      const look = async () => [
        await rowsOf("SELECT * FROM raw.u ORDER BY ALL"),
        await rowsOf("SELECT id, v, _reason, _load_id FROM quarantine.u ORDER BY ALL"),
        await scene.warehouse.cursor("u"),
      ];
      const before = await look();
      const { committedAt } = (await output("raw.u")) ?? {};
      const first = await load(two);
      const after = await look();
      expect(after).not.toEqual(before);

      expect(await undo(two)).toEqual({ isRepeat: false, to: one.fingerprint });
      expect(await look()).toEqual(before);
      expect(await undo(two)).toEqual({ isRepeat: true, to: one.fingerprint });
      expect(await output("raw.u")).toMatchObject({
        fingerprint: one.fingerprint,
        committedAt,
        condemned: undoOf(two).verdict,
        exists: true,
        cursor: 1,
      });
      expect(await kept()).toEqual([[0, 0]]);
      const again = await load(two);
      expect(again).toEqual(first);
      const withoutIds = (seen: Awaited<ReturnType<typeof look>>) =>
        JSON.stringify(seen).replaceAll(/[0-9a-f]{64}/g, "");
      expect(withoutIds(await look())).toBe(withoutIds(after));
      expect(await output("raw.u")).toMatchObject({ fingerprint: two.fingerprint });
      expect(await undo(two)).toMatchObject({ isRepeat: false });
      expect(await look()).toEqual(before);
    },
  );

  test("a first load that is undone was never there, and comes back when it is loaded again", async () => {
    const request = loadOf(staged("u", "id\n1\n", "id BIGINT", { cursor: 5 }), { keepVersions: 1 });
    await load(request);
    expect(await undo(request)).toEqual({ isRepeat: false, to: null });
    expect(await undo(request)).toEqual({ isRepeat: true, to: null });
    expect(await scene.warehouse.cursor("u")).toBeNull();
    expect(await output("raw.u")).toMatchObject({ exists: false, rows: 0, columns: [] });
    expect(await load(request)).toMatchObject({ isRepeat: false, rowsInserted: 1 });
    expect(await rowsOf("SELECT * FROM raw.u")).toEqual([[1]]);
  });

  test("a shape that changed goes back, too", async () => {
    for (const strategy of ["append", "merge"] as const) {
      const options = { strategy, key: ["id"], keepVersions: 2 };
      await load(loadOf(staged(strategy, "id,v\n1,5\n", "id BIGINT, v BIGINT"), options));
      const before = await rowsOf(`SELECT *, typeof(v) FROM raw.${strategy}`);
      const wide = "id BIGINT, v DOUBLE, w VARCHAR";
      const two = loadOf(staged(strategy, "id,v,w\n2,1.5,x\n", wide), options);
      await load(two);
      await undo(two);
      expect(await rowsOf(`SELECT *, typeof(v) FROM raw.${strategy}`)).toEqual(before);
    }
  });

  test("so many versions are kept as were asked for, and none once a load keeps none", async () => {
    const texts = ["1", "2", "3", "4"].map((id) => `id\n${id}\n`);
    const requests = texts.map((text) =>
      loadOf(staged("u", text, "id BIGINT"), { keepVersions: 2 }),
    );
    for (const request of requests) await load(request);
    expect(await kept()).toEqual([[2, 2]]);
    const [one, two, three, four] = requests;
    if (!one || !two || !three || !four) throw new Error("there are four");
    expect(await undo(four)).toMatchObject({ to: three.fingerprint });
    expect(await undo(three)).toMatchObject({ to: two.fingerprint });
    expect(await rowsOf("SELECT id FROM raw.u")).toEqual([[2]]);
    await expect(undo(two)).rejects.toMatchObject({ code: "VERSION_GONE" });
    await load(three);
    expect(await kept()).toEqual([[1, 1]]);
    await load({ ...one, keepVersions: 0 });
    expect(await kept()).toEqual([[0, 0]]);
    await expect(undo(one)).rejects.toMatchObject({ code: "VERSION_GONE" });
  });

  test("pruning lets versions go by number and age, and spares what a run may need", async () => {
    const keepVersions = 5;
    for (const name of ["p", "q"]) {
      for (const id of [1, 2, 3]) {
        const request = loadOf(staged(name, `id\n${id}\n`, "id BIGINT"), { keepVersions });
        const provenance = { ...request.provenance, at: id * 1_000 };
        await load({ ...request, provenance });
      }
    }
    const prune = (versions: number, before: number | null, spare: readonly string[]) =>
      scene.warehouse.prune({ versions, before, spare: new Set(spare) }, never());
    expect(await prune(5, 1_500, [])).toBe(2);
    expect(await prune(1, null, [])).toBe(2);
    expect(await prune(0, null, ["raw.p"])).toBe(1);
    expect(await kept()).toEqual([[1, 1]]);
    expect(await prune(0, null, [])).toBe(1);
  });

  test("only the last load can be undone, and one that others followed is left alone", async () => {
    const [one, two] = ["1", "2"].map((id) =>
      loadOf(staged("u", `id\n${id}\n`, "id BIGINT"), { keepVersions: 1 }),
    );
    if (!one || !two) throw new Error("there are two");
    await load(one);
    await load(two);
    await expect(undo(one)).rejects.toMatchObject({ code: "FENCED_OUT" });
    await undo(two);
    await load({ ...one, fingerprint: hashOf("another"), provenance: two.provenance });
    // A runner that was killed after its undo asks again, and others have gone on meanwhile.
    expect(await undo(two)).toMatchObject({ isRepeat: true, to: one.fingerprint });
  });

  test("a content that was loaded under a new fingerprint is undone as the content that it is", async () => {
    const one = loadOf(staged("u", "id\n1\n", "id BIGINT"), {
      strategy: "append",
      keepVersions: 1,
    });
    const two = loadOf(staged("u", "id\n2\n", "id BIGINT"), {
      strategy: "append",
      keepVersions: 1,
    });
    await load(one);
    await load(two);
    const renamed = { ...two, fingerprint: hashOf("other gates") };
    expect(await load(renamed)).toMatchObject({ isRepeat: true });
    expect(await undo(renamed)).toEqual({ isRepeat: false, to: one.fingerprint });
    expect(await rowsOf("SELECT id FROM raw.u")).toEqual([[1]]);
  });

  test("a load that rows were released after is not undone", async () => {
    const gates = [gateOf("small", { kind: "expression", sql: "id < 5" }, "quarantine")];
    await load(
      loadOf(staged("u", "id\n1\n", "id BIGINT"), { strategy: "append", keepVersions: 1 }),
    );
    const two = loadOf(staged("u", "id\n2\n9\n", "id BIGINT"), {
      strategy: "append",
      keepVersions: 1,
      gates,
    });
    await load(two);
    const { source, target, strategy, key, loading } = two;
    const released = {
      source,
      target,
      strategy,
      key,
      loading,
      gates: [],
      by: "someone",
      at: 7,
      epoch: 1,
    };
    await scene.warehouse.release(released, never());
    await expect(undo(two)).rejects.toMatchObject({ code: "VERSION_GONE" });
    expect(await rowsOf("SELECT id FROM raw.u ORDER BY id")).toEqual([[1], [2], [9]]);
  });

  test("a build goes back to the table or view that was there before", async () => {
    const keepVersions = 3;
    const builds = [
      buildOf("m", "SELECT 1 AS a", { keepVersions }),
      buildOf("m", `SELECT 2 AS "A b" -- two`, { keepVersions, materialize: "view" }),
      buildOf("m", "SELECT 3 AS a", { keepVersions, materialize: "view" }),
      buildOf("m", "SELECT 4 AS a", { keepVersions }),
    ];
    for (const build of builds) await scene.warehouse.transform(build, never());
    for (const [at, build] of [...builds.entries()].reverse()) {
      if (at === 0) break;
      const before = builds[at - 1];
      expect(await undo(build)).toEqual({ isRepeat: false, to: before?.fingerprint });
      expect(await rowsOf("FROM main.m")).toEqual([[at]]);
      expect(await output("main.m")).toMatchObject({
        exists: true,
        condemned: undoOf(build).verdict,
      });
      if (before === undefined) continue;
      expect(await scene.warehouse.transform(before, never())).toMatchObject({ isRepeat: true });
    }
    await expect(undo(builds[0] ?? buildOf("m", ""))).rejects.toMatchObject({
      code: "VERSION_GONE",
    });
  });

  test("a batch keeps a version of each of its tables", async () => {
    const make = (id: number) =>
      ["x", "y"].map((name) =>
        loadOf(staged(name, `id\n${id}\n`, "id BIGINT"), { keepVersions: 1, strategy: "append" }),
      );
    await scene.warehouse.load(make(1), never());
    const [x] = make(2);
    const [, y] = make(2);
    if (!x || !y) throw new Error("there are two");
    await scene.warehouse.load([x, y], never());
    await undo(x);
    expect(await rowsOf("SELECT x.id, y.id FROM raw.x, raw.y ORDER BY ALL")).toEqual([
      [1, 1],
      [1, 2],
    ]);
  });

  test("files that a load corrected are as they were", async () => {
    const named = (text: string, replaces: readonly string[], cursor: number) => {
      const manifest = staged("u", text, columns, { cursor });
      const files = manifest.files.map((file) => ({ ...file, name: "a.csv" }));
      const draft = { ...manifest, files, replaces };
      return { ...draft, id: hashOf(draft) };
    };
    const append = { strategy: "append", keepVersions: 1 } as const;
    await load(loadOf(named("id,v\n1,a\n", [], 1), append));
    const two = loadOf(named("id,v\n1,b\n", ["a.csv"], 2), { ...append, cursorBefore: 1 });
    await load(two);
    await undo(two);
    expect(await rowsOf("SELECT id, v, _file FROM raw.u")).toEqual([[1, "a", "a.csv"]]);
  });
}
