import { describe, expect, test } from "vitest";
import { schemaFixture } from "../../../test/support/schema-fixture.ts";
import { detectRenames, renameFloor } from "./detect-renames.ts";
import { diffSchemas } from "./diff-schemas.ts";
import { nameSimilarity } from "./name-similarity.ts";
import type { ColumnSketch, ObservedSchema } from "./observed-schema.ts";
import { dataTypeOf } from "./parse-data-type.ts";

const { csv, observedColumn, sketch } = schemaFixture;

function renames(before: ObservedSchema, after: ObservedSchema, renameConfidence?: number) {
  const options = renameConfidence === undefined ? {} : { renameConfidence };
  return Object.fromEntries(
    diffSchemas(before, after, options).flatMap((change) =>
      change.kind === "renamed" ? [[change.column, change.to]] : [],
    ),
  );
}

function one(from: string, to: string, types: readonly [string, string] = ["VARCHAR", "VARCHAR"]) {
  return detectRenames(
    [{ name: from, type: dataTypeOf(types[0]), position: 1, sketch: null }],
    [{ name: to, type: dataTypeOf(types[1]), position: 1, sketch: null }],
    { threshold: 0.75, widths: [5, 5] },
  );
}

describe("detectRenames", () => {
  test("finds the renames of the daily reports of March 2020", () => {
    const before = csv([
      ["Province/State", "VARCHAR"],
      ["Country/Region", "VARCHAR"],
      ["Last Update", "TIMESTAMP"],
      ["Confirmed", "BIGINT"],
      ["Deaths", "BIGINT"],
      ["Recovered", "BIGINT"],
      ["Latitude", "DOUBLE"],
      ["Longitude", "DOUBLE"],
    ]);
    const after = csv([
      ["FIPS", "BIGINT"],
      ["Admin2", "VARCHAR"],
      ["Province_State", "VARCHAR"],
      ["Country_Region", "VARCHAR"],
      ["Last_Update", "VARCHAR"],
      ["Lat", "DOUBLE"],
      ["Long_", "DOUBLE"],
      ["Confirmed", "BIGINT"],
      ["Deaths", "BIGINT"],
      ["Recovered", "BIGINT"],
      ["Active", "BIGINT"],
      ["Combined_Key", "VARCHAR"],
    ]);
    expect(renames(before, after)).toEqual({
      "Province/State": "Province_State",
      "Country/Region": "Country_Region",
      "Last Update": "Last_Update",
      Latitude: "Lat",
      Longitude: "Long_",
    });
  });

  test.each([
    ["customerName", "customer_name"],
    ["CustomerID", "customer_id"],
    ["Case-Fatality_Ratio", "Case_Fatality_Ratio"],
    ["qty", "quantity"],
    ["cust_id", "customer_id"],
    ["order_dt", "order_date"],
    ["addr_line1", "address_line_1"],
    ["emails", "email"],
    ["recieved_at", "received_at"],
    ["Straße", "STRASSE"],
  ])("%s is now %s", (from, to) => {
    expect(one(from, to)).toMatchObject([{ from: 0, to: 0 }]);
  });

  test.each([
    ["first_name", "last_name"],
    ["created_at", "updated_at"],
    ["start_date", "end_date"],
    ["billing_city", "shipping_city"],
    ["min_price", "max_price"],
    ["order_id", "customer_id"],
    ["address_line1", "address_line2"],
    ["q1_2024", "q2_2024"],
    ["1/22/20", "1/23/20"],
    ["amount_usd", "amount_eur"],
    ["latitude", "altitude"],
    ["latitude", "longitude"],
    ["lat", "long"],
    ["count", "country"],
    ["weight", "height"],
    ["debit", "credit"],
    ["state", "status"],
    ["price", "cost"],
    ["confirmed", "recovered"],
    ["is_active", "is_deleted"],
    ["source_ip", "target_ip"],
    ["male", "female"],
    ["total", "subtotal"],
    ["email", "phone"],
    ["id", "uuid"],
    ["x", "y"],
    ["a", "b"],
    ["name", "nickname"],
    ["home_score", "away_score"],
    ["quality", "quantity"],
    ["?", "!"],
  ])("%s is not now %s", (from, to) => {
    expect(one(from, to)).toEqual([]);
  });

  test("a name that is very much alike is not enough where the types have nothing in common", () => {
    expect(one("qty", "quantity", ["BIGINT", "STRUCT(a INTEGER)"])).toEqual([]);
    expect(one("Last Update", "last_update", ["VARCHAR", "TIMESTAMP"])).toHaveLength(1);
    expect(one("lat", "latitude", ["DOUBLE", "BOOLEAN"])).toEqual([]);
  });

  test("two equally good candidates pair with none", () => {
    const before = csv([
      ["id", "INTEGER"],
      ["customer name", "VARCHAR"],
    ]);
    expect(
      renames(
        before,
        csv([
          ["id", "INTEGER"],
          ["customer_name", "VARCHAR"],
        ]),
      ),
    ).toEqual({ "customer name": "customer_name" });
    expect(
      renames(
        before,
        csv([
          ["id", "INTEGER"],
          ["customer_name", "VARCHAR"],
          ["customer-name", "VARCHAR"],
        ]),
      ),
    ).toEqual({});
    expect(
      renames(
        csv([
          ["customer name", "VARCHAR"],
          ["customer.name", "VARCHAR"],
          ["id", "INTEGER"],
        ]),
        csv([
          ["id", "INTEGER"],
          ["customer_name", "VARCHAR"],
        ]),
      ),
    ).toEqual({});
  });

  test("values tell which of two it is, and what has quite another name", () => {
    const hashes = (from: number) =>
      Array.from({ length: 32 }, (_, at) => (from + at).toString(16).padStart(8, "0"));
    const emails: ColumnSketch = sketch({ maxLength: 30, minLength: 8, bottomHashes: hashes(0) });
    const others: ColumnSketch = sketch({ maxLength: 30, minLength: 8, bottomHashes: hashes(500) });
    const column = (name: string, of: ColumnSketch) =>
      observedColumn(name, "VARCHAR", { sketch: of });
    const before = csv([["id", "INTEGER"], column("contact", emails)]);
    const after = csv([["id", "INTEGER"], column("web", others), column("mailbox", emails)]);
    expect(renames(before, after)).toEqual({ contact: "mailbox" });
    expect(renames(before, csv([["id", "INTEGER"], column("web", others)]))).toEqual({});
  });

  test("few values that many columns have tell nothing", () => {
    const flags = sketch({ distinctShare: 0.001, maxLength: 1, bottomHashes: ["0a", "0b"] });
    expect(
      renames(
        csv([["id", "INTEGER"], observedColumn("is_paid", "VARCHAR", { sketch: flags })]),
        csv([["id", "INTEGER"], observedColumn("has_vat", "VARCHAR", { sketch: flags })]),
      ),
    ).toEqual({});
  });

  test("a threshold of nothing is still the floor, and one of all takes none", () => {
    const before = csv([
      ["id", "INTEGER"],
      ["first_name", "VARCHAR"],
      ["cust", "VARCHAR"],
    ]);
    const after = csv([
      ["id", "INTEGER"],
      ["born", "DATE"],
      ["customer", "VARCHAR"],
    ]);
    expect(renames(before, after, 0)).toEqual({ cust: "customer" });
    expect(renames(before, after, 1)).toEqual({});
    const confidences = diffSchemas(before, after, { renameConfidence: 0 }).flatMap((change) =>
      change.kind === "renamed" ? [change.confidence] : [],
    );
    expect(confidences.every((sure) => sure >= renameFloor && sure < 1)).toBe(true);
  });

  test("very wide tables are compared in no time", () => {
    const wide = (prefix: string, count: number) =>
      csv(Array.from({ length: count }, (_, at) => [`${prefix} c${at}`, "BIGINT"] as const));
    const before = wide("old", 3_000);
    expect(diffSchemas(before, wide("new", 3_000))).toHaveLength(6_001);
    const renamed = diffSchemas(before, wide("Old", 3_000));
    expect(renamed).toEqual([]);
  });
});

describe("nameSimilarity", () => {
  test("is the same from both sides", () => {
    const names = ["Province/State", "prov_state", "lat", "Latitude", "line 1", "line2", "créé"];
    for (const left of names) {
      for (const right of names) {
        expect(nameSimilarity(left, right)).toBeCloseTo(nameSimilarity(right, left), 10);
      }
    }
  });
});
