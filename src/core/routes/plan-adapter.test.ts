import { describe, expect, test } from "vitest";
import {
  added,
  dropped,
  lineageOf,
  nullAllowed,
  output,
  renamed,
  typed,
  unpadded,
  use,
} from "../../../test/support/model-evidence-fixture.ts";
import { columnsRead } from "../compatibility/columns-read.ts";
import type { SchemaVersion } from "../schema/observed-schema.ts";
import type { SchemaChange } from "../schema/schema-change.ts";
import { adapterProbes, castableColumns } from "./castable-columns.ts";
import { type AdapterRequest, planAdapter, reachingThroughAdapter } from "./plan-adapter.ts";

function version(id: string, columns: Readonly<Record<string, string>>, key: string[] = []) {
  return {
    id,
    columns: Object.entries(columns).map(([name, type]) => ({
      name,
      type,
      nullable: true,
      format: null,
      sketch: null,
    })),
    key,
    evidence: { kind: "declared" },
    origin: "",
  } satisfies SchemaVersion;
}

const baseline = version("v1", { id: "BIGINT", amount: "BIGINT", email: "VARCHAR" }, ["id"]);

function plan(changes: readonly SchemaChange[], more: Partial<AdapterRequest> = {}) {
  return planAdapter({
    source: "orders",
    baseline,
    latest: version("v2", { id: "BIGINT" }),
    changes,
    renameThreshold: 0.75,
    castable: new Set(),
    needed: null,
    ...more,
  });
}

/** Its columns in short: `name=from|from`, with `cast` and `NULL`. */
function adapted(changes: readonly SchemaChange[], more: Partial<AdapterRequest> = {}) {
  const planned = plan(changes, more);
  if (!planned.ok) return planned.because;
  return planned.adapter.columns.map(
    ({ name, from, isCast, isTainted }) =>
      `${name}=${from.join("|")}${isCast ? " cast" : ""}${isTainted ? " tainted" : ""}`,
  );
}

const toText = typed("retyped", "amount", ["BIGINT", "VARCHAR"]);

describe("an adapter", () => {
  test("is the old version, in its order and without what is new", () => {
    const planned = plan([added("x"), { kind: "reordered", column: "id", before: 0, after: 2 }]);
    expect(planned).toEqual({
      ok: true,
      adapter: {
        source: "orders",
        version: "v1",
        columns: ["id", "amount", "email"].map((name) => ({
          name,
          type: name === "email" ? "VARCHAR" : "BIGINT",
          from: [name],
          isCast: false,
          isTainted: false,
        })),
      },
    });
  });

  test("reads a renamed column under both names, the new one first", () => {
    expect(adapted([renamed("email", "mail")])).toEqual([
      "id=id",
      "amount=amount",
      "email=mail|email",
    ]);
  });

  test("is not built on a rename that is not sure, or onto a name with a past", () => {
    expect(adapted([renamed("email", "mail", 0.7)])).toContain("not sure enough");
    expect(adapted([renamed("email", "amount"), dropped("amount")])).toContain(
      "was another column before",
    );
    const latest = version("v2", { email: "VARCHAR", mail: "VARCHAR" });
    expect(adapted([renamed("email", "mail"), added("email")], { latest })).toContain(
      "another column has its name",
    );
  });

  test("has a column in another case as it is", () => {
    expect(adapted([renamed("email", "EMAIL")])).toEqual(["id=id", "amount=amount", "email=email"]);
  });

  test("casts back what was seen to survive it, and nothing else", () => {
    expect(adapted([toText])).toContain(
      "It is not known that every `amount` (VARCHAR) is a BIGINT.",
    );
    expect(adapted([toText], { castable: new Set(["amount"]) })).toEqual([
      "id=id",
      "amount=amount cast",
      "email=email",
    ]);
    expect(
      adapted([toText, renamed("amount", "total")], { castable: new Set(["amount"]) }),
    ).toEqual(["id=id", "amount=total|amount cast", "email=email"]);
  });

  test("gives NULL for what could be NULL, and not for a key or what never was", () => {
    expect(adapted([dropped("email")])).toEqual(["id=id", "amount=amount", "email=email tainted"]);
    expect(adapted([dropped("email", false)])).toContain("never NULL");
    expect(adapted([dropped("id")])).toContain("of the key");
  });

  test("takes new fields, and no lost ones", () => {
    const nested = (kind: "added" | "dropped"): SchemaChange => ({
      kind: "nested",
      column: "email",
      path: "email.host",
      inner: { kind, type: "VARCHAR", position: 0 },
    });
    expect(plan([nested("added")]).ok).toBe(true);
    expect(adapted([nested("dropped")])).toContain("`email.host` inside `email` is dropped");
  });

  test("is not built over another table", () => {
    expect(plan([{ kind: "replaced", column: "" }]).ok).toBe(false);
  });

  test("is not stopped by columns that its reader does not use", () => {
    const needed = new Set(["email"]);
    const changes = [toText, dropped("id"), renamed("email", "mail")];
    expect(adapted(changes, { needed })).toEqual([
      "id= tainted",
      "amount= tainted",
      "email=mail|email",
    ]);
  });
});

describe("through an adapter", () => {
  test("nothing reaches a reader of what is restored or new", () => {
    const changes = [renamed("email", "mail"), toText, added("x")];
    const planned = plan(changes, { castable: new Set(["amount"]) });
    expect(planned.ok && reachingThroughAdapter(planned.adapter, "raw.orders", changes)).toEqual(
      [],
    );
  });

  test("what is NULL now reaches it as tainted, and another meaning as what it is", () => {
    const changes = [dropped("email"), unpadded("amount"), nullAllowed("id")];
    const planned = plan(changes);
    const reaching = planned.ok
      ? reachingThroughAdapter(planned.adapter, "raw.orders", changes)
      : [];
    expect(reaching.map(({ change, isTainted }) => [change.kind, isTainted])).toEqual([
      ["dropped", true],
      ["format", false],
      ["nullability", false],
    ]);
  });
});

describe("columns that may be cast back", () => {
  const changes = [toText, renamed("amount", "total")];
  const probe = { kind: "lossy_cast", column: "total", to: "BIGINT" } as const;

  test("are asked for under the name that the batch has", () => {
    expect(adapterProbes("raw.orders", changes)).toEqual([probe]);
  });

  test.each([
    [50, 0, ["amount"]],
    [50, 1, []],
    [0, 0, []],
  ])("of %i rows with %i losses are %j", (rows, hits, expected) => {
    const answers = new Map([["raw.orders", [{ probe, rows, hits, examples: [] }]]]);
    expect([...castableColumns("raw.orders", changes, answers)]).toEqual(expected);
  });
});

describe("the columns that a query reads", () => {
  test("are those of its outputs and uses, in lower case", () => {
    const lineage = lineageOf(
      [output("a", "A")],
      [use("filter", "b"), use("join", "c", { table: "x.y" })],
    );
    expect(columnsRead(lineage, "RAW.orders")).toEqual(new Set(["a", "b"]));
  });

  test("may be any under * or where it is not understood", () => {
    expect(columnsRead(lineageOf([], [use("star", "*")]), "raw.orders")).toBe(null);
    expect(columnsRead(lineageOf([], [use("opaque", "a")]), "raw.orders")).toBe(null);
    expect(columnsRead(null, "raw.orders")).toBe(null);
  });
});
