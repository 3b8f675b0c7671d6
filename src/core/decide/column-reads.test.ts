import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  historyAfter,
  hourMs,
  inputOf,
  modelSpec,
  noon,
  run,
  type Situation,
  sourceSpec,
  states,
} from "../../../test/support/decide-fixture.ts";
import { hashOf, hashText } from "../std/hash.ts";
import { decide } from "./decide.ts";
import { decideAgain } from "./decide-again.ts";
import { loadDecideInput } from "./load-decision.ts";
import type { ModelReads } from "./model-reads.ts";
import { decisionObjects } from "./store-decision.ts";
import { explainTask } from "./why.ts";

/** A model whose code is its rows and its columns, each `name` or `name=code`. */
function parted(name: string, input: string, rows: string, columns: readonly string[]) {
  const parts = {
    rows: hashText(rows),
    columns: columns.map((text) => ({ name: text.split("=")[0] ?? "", code: hashText(text) })),
  };
  return modelSpec(name, [{ subject: input, onBypass: "last_good" }], {
    parts,
    code: hashOf(parts),
  });
}

function reading(model: string, input: string, columns: readonly string[] | null): ModelReads {
  return { model, all: { [input]: columns }, rows: null, columns: {} };
}

const reader = modelSpec("reader", [{ subject: "stg", onBypass: "last_good" }]);

function shop(
  columns: readonly string[],
  reads: readonly string[] | null,
  more: Situation = {},
): Situation {
  return {
    sources: [sourceSpec("orders")],
    models: [parted("stg", "orders", "all rows", columns), reader],
    reads: [reading("reader", "stg", reads)],
    ...more,
  };
}

/** What the reader does once the model has become another one. */
function afterwards(before: Situation, after: Situation): string | undefined {
  const history = historyAfter(run(before));
  return states(run({ ...after, at: noon + hourMs, history }))["reader.transform"];
}

describe("a reader of some columns", () => {
  test("is up to date when the model gains, loses or changes others", () => {
    const before = shop(["a", "b"], ["a"]);
    expect(afterwards(before, shop(["a", "b", "c"], ["a"]))).toBe("up_to_date");
    expect(afterwards(before, shop(["z", "a"], ["a"]))).toBe("up_to_date");
    expect(afterwards(before, shop(["a", "b=other"], ["a"]))).toBe("up_to_date");
  });

  test("runs when one of them, their order, the rows or what it reads changes", () => {
    const before = shop(["a", "b"], ["a", "b"]);
    expect(afterwards(before, shop(["a=other", "b"], ["a", "b"]))).toBe("active");
    expect(afterwards(before, shop(["b", "a"], ["a", "b"]))).toBe("active");
    expect(afterwards(before, shop(["a", "b", "c"], ["a", "b", "c"]))).toBe("active");
    expect(afterwards(before, shop(["a", "b", "c"], null))).toBe("active");
    expect(afterwards(before, shop(["a"], ["a", "b"]))).toBe("active");
    const fewer = parted("stg", "orders", "fewer rows", ["a", "b"]);
    expect(afterwards(before, { ...before, models: [fewer, reader] })).toBe("active");
  });

  test("does not run because it is known by now which columns it reads", () => {
    expect(afterwards(shop(["a", "b"], null), shop(["a", "b"], ["a"]))).toBe("up_to_date");
  });

  test("stays as it is while the model is held back, and runs on one of unknown making", () => {
    const before = shop(["a", "b"], ["a"]);
    const history = historyAfter(run(before));
    const other = parted("stg", "orders", "all rows", ["a=other", "b"]);
    const held = modelSpec("stg", [{ subject: "gone", onBypass: "skip" }], { parts: other.parts });
    const later = { ...before, models: [held, reader], at: noon + hourMs };
    expect(states(run({ ...later, history }))).toMatchObject({
      "stg.transform": "upstream gone",
      "reader.transform": "up_to_date",
    });
    const unknown = history.map((one) =>
      one.output === null ? one : { ...one, output: { ...one.output, parts: null } },
    );
    expect(states(run({ ...later, history: unknown }))["reader.transform"]).toBe("active");
  });

  test("is told why it stays although the model runs", () => {
    const history = historyAfter(run(shop(["a", "b"], ["a"])));
    const decided = run({ ...shop(["a", "b", "c"], ["a"]), at: noon + hourMs, history });
    expect(JSON.stringify(explainTask(decided, "reader.transform"))).toContain(
      "stg is made anew in this cycle; reader reads only its rows and a, and these stay as they were.",
    );
  });
});

const columnNames = ["a", "b", "c"];
const columnSet = fc.uniqueArray(
  fc.record({ name: fc.constantFrom(...columnNames), code: fc.nat(1) }),
  { selector: ({ name }) => name, minLength: 1 },
);

/** What is drawn of one model: its rows, its columns, whether it is taken apart, and what it reads. */
const link = fc.record({
  rows: fc.nat(1),
  columns: columnSet,
  isWhole: fc.nat(4).map((one) => one === 0),
  reads: fc.option(fc.subarray(columnNames)),
});

interface Link {
  readonly rows: number;
  readonly columns: readonly { readonly name: string; readonly code: number }[];
  readonly isWhole: boolean;
  readonly reads: readonly string[] | null;
}

/** A chain of models over a source. */
function chainOf(links: readonly Link[]): Situation {
  const inputOf = (index: number) => (index === 0 ? "orders" : `m${index - 1}`);
  return {
    sources: [sourceSpec("orders")],
    models: links.map(({ rows, columns, isWhole }, index) => {
      const made = parted(
        `m${index}`,
        inputOf(index),
        `rows ${rows}`,
        columns.map(({ name, code }) => `${name}=${code}`),
      );
      return isWhole ? { ...made, parts: null } : made;
    }),
    reads: links.map(({ reads }, index) => reading(`m${index}`, inputOf(index), reads)),
  };
}

/** Two chains of which the second differs from the first in some respects. */
const twoChains = fc
  .array(
    fc.record({ old: link, young: link, changes: fc.subarray(["rows", "columns", "reads"]) }),
    {
      minLength: 3,
      maxLength: 3,
    },
  )
  .map((links) => ({
    before: chainOf(links.map(({ old }) => old)),
    after: chainOf(
      links.map(({ old, young, changes }) => ({
        isWhole: old.isWhole,
        rows: changes.includes("rows") ? young.rows : old.rows,
        columns: changes.includes("columns") ? young.columns : old.columns,
        reads: changes.includes("reads") ? young.reads : old.reads,
      })),
    ),
  }));

type Columns = readonly string[] | null;

/** What either chain reads of an input. */
function readOfEither(worlds: readonly Situation[], model: string, input: string): Columns {
  const all = worlds.map(
    ({ reads = [] }) => reads.find((one) => one.model === model)?.all[input] ?? null,
  );
  return all.includes(null) ? null : [...new Set(all.flatMap((columns) => columns ?? []))];
}

/** What of a model's table is behind some of its columns, all the way down; `null` for all of them. */
function heldBy(
  world: Situation,
  name: string,
  { columns, worlds }: { readonly columns: Columns; readonly worlds: readonly Situation[] },
): unknown {
  const model = world.models?.find((one) => one.name === name);
  if (model === undefined) return name;
  const input = model.inputs[0]?.subject ?? "";
  const read = readOfEither(worlds, name, input);
  const below = heldBy(world, input, { columns: read, worlds });
  const { parts, code } = model;
  const shown = parts?.columns.filter((column) => columns?.includes(column.name) ?? true) ?? [];
  const isWhole = parts === null || columns === null || shown.length < columns.length;
  return isWhole ? [code, below] : [parts.rows, shown, below];
}

describe("deciding by columns", { timeout: 60_000 }, () => {
  test("never leaves a model as it is when something that it reads has changed", () => {
    let spared = 0;
    fc.assert(
      fc.property(twoChains, ({ before, after }) => {
        const decided = run({
          ...after,
          at: noon + hourMs,
          history: historyAfter(run(before)),
        });
        for (const name of ["m0", "m1", "m2"]) {
          if (states(decided)[`${name}.transform`] !== "up_to_date") continue;
          const held = (world: Situation) =>
            JSON.stringify(heldBy(world, name, { columns: null, worlds: [before, after] }));
          expect(held(after)).toBe(held(before));
          if (states(decided)["m0.transform"] === "active") spared += 1;
        }
      }),
      { seed: 7, numRuns: 2_000 },
    );
    expect(spared).toBeGreaterThan(20);
  });

  test("is the same anew, in steps, and from what was stored", () => {
    fc.assert(
      fc.property(twoChains, ({ before, after }) => {
        const history = historyAfter(run(before));
        const first = run({ ...before, at: noon + hourMs, history });
        const input = inputOf({ ...after, at: noon + hourMs, history });
        const anew = decide(input);
        expect(decideAgain(first, input).record).toEqual(anew.record);
        const objects = new Map([...decisionObjects(anew)].map(({ id, value }) => [id, value]));
        const loaded = loadDecideInput(anew.record, (id) => objects.get(id));
        expect(loaded.ok && decide(loaded.input).record).toEqual(anew.record);
      }),
      { seed: 8, numRuns: 300 },
    );
  });
});
