import { existsSync, readFileSync } from "node:fs";
import { Ajv2019 } from "ajv/dist/2019.js";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { parseContract } from "../project/parse-contract.ts";
import { sourceText } from "../project/source-text.ts";
import type { ObservedSchema } from "../schema/observed-schema.ts";
import { checkContract } from "./check-contract.ts";
import { draftContract } from "./draft-contract.ts";

const schema = new URL(
  "../../../../shared/data/odcs/schema/odcs-json-schema-v3.1.0.json",
  import.meta.url,
);

const types = {
  id: "BIGINT",
  "Country/Region": "VARCHAR",
  amount: "DECIMAL(18,2)",
  nothing: "NULL",
  empty: "NULL[]",
  tags: "VARCHAR[]",
  grid: "BIGINT[][]",
  address: 'STRUCT(city VARCHAR, "zip code" VARCHAR)',
  at: "TIMESTAMP WITH TIME ZONE",
  on: "DATE",
  o_clock: "TIME",
  is_new: "BOOLEAN",
  raw: "BLOB",
  size: "ENUM('s', 'm')",
};
const observed: ObservedSchema = {
  columns: Object.entries(types).map(([name, type]) => ({
    name,
    type,
    nullable: name !== "id",
    format: null,
    sketch: null,
  })),
  key: ["id"],
  evidence: { kind: "declared" },
  origin: "",
};
const draft = draftContract({ source: "orders", owner: "shop", cadenceMs: 3_600_000 }, observed);

test.skipIf(!existsSync(schema))("a written contract is valid by the published schema", () => {
  const ajv = new Ajv2019({ strict: false, validateFormats: false });
  const validate = ajv.compile(JSON.parse(readFileSync(schema, "utf8")));
  expect([validate(draft), validate.errors]).toEqual([true, null]);
});

test("a written contract is read without a problem, and what was observed keeps to it", () => {
  const { draft: read, problems } = parseContract(
    sourceText("contracts/orders.yaml", stringify(draft)),
  );
  expect(problems).toEqual([]);
  const contract = read?.objects[0]?.contract;
  expect(contract).toMatchObject({ owner: "shop", cadenceMs: 3_600_000, key: ["id"] });
  if (contract === undefined) return;
  expect(checkContract({ ...contract, source: "orders" }, observed)).toEqual({
    holds: true,
    violations: [],
  });
});
