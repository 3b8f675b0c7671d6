import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { describe, expect, test } from "vitest";
import { connectors } from "../../src/app/connectors.ts";
import { starterProject } from "../../src/config/starter/starter-project.ts";
import { projectFileKind } from "../../src/core/project/project-file.ts";
import { projectJsonSchemas } from "../../src/core/project/project-json-schemas.ts";
import { ruleSetFileSchema } from "../../src/core/rules/rule-set-file.ts";
import { scenarioFormOf } from "../../src/core/scenarios/scenario-form.ts";
import { loadProject } from "../../src/engine/load-project.ts";
import { allFaultKinds } from "../../src/simulate/faults/fault.ts";
import { duckdbSqlAnalyzer } from "../../src/warehouses/duckdb/duckdb-sql-analyzer.ts";

const tools = {
  connectors,
  openAnalyzer: async () => duckdbSqlAnalyzer(),
  ruleSets: [],
  faultKinds: allFaultKinds,
};
const schemas = projectJsonSchemas(
  new Map([...connectors].map(([type, connector]) => [type, connector.schemas] as const)),
  { ruleSetFile: ruleSetFileSchema, scenarioFile: scenarioFormOf(allFaultKinds) },
);

function filesOf(name: string) {
  return [...starterProject(name)]
    .filter(([path]) => projectFileKind(path) !== null)
    .map(([path, text]) => ({ path, text }));
}

describe("the starter project", () => {
  test("passes its checks as it is, without a warning", async () => {
    const { project, problems } = await loadProject(
      { files: filesOf("shop"), problems: [] },
      tools,
    );
    expect(problems).toEqual([]);
    expect(project?.sources.map(({ name }) => name)).toEqual(["customers", "orders"]);
    expect(project?.models.map(({ name, inputs }) => [name, inputs.map((i) => i.subject)])).toEqual(
      [
        ["customer_value", ["customers", "paid_orders"]],
        ["daily_sales", ["paid_orders"]],
        ["paid_orders", ["orders"]],
      ],
    );
  });

  test.each(["my shop", "Büro 7", "...", "a".repeat(300), "--x--"])(
    "passes them too in a folder called %s",
    async (name) => {
      const { problems } = await loadProject({ files: filesOf(name), problems: [] }, tools);
      expect(problems).toEqual([]);
    },
  );

  test("says its names once it knows them", () => {
    expect(starterProject("my shop").get("sluice.yaml")).toContain("\nproject: my-shop\n");
  });

  test("points editors to schemas that are written", () => {
    for (const [path, text] of starterProject("shop")) {
      const schema = /^# yaml-language-server: \$schema=(\S+)/.exec(text)?.[1];
      if (!path.endsWith(".yaml")) continue;
      const target = normalize(join(dirname(path), schema ?? "missing"));
      expect(schemas.has(target.replace(".sluice/schema/", ""))).toBe(true);
    }
  });
});

/** All parts of a schema that describe one key, with the way to it. */
function keysOf(schema: unknown, path = ""): readonly (readonly [string, unknown])[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, part]): readonly (readonly [string, unknown])[] => {
    if (key === "properties") {
      const own = Object.entries(Object(part)).map(
        ([name, value]) => [`${path}.${name}`, value] as const,
      );
      return own.flatMap(([name, value]) => [[name, value] as const, ...keysOf(value, name)]);
    }
    return Array.isArray(part) ? part.flatMap((item) => keysOf(item, path)) : keysOf(part, path);
  });
}

/** The keys of a contract are those of the standard, whose own documents say what they mean. */
const ownSchemas = [...schemas].filter(([file]) => file !== "contract.schema.json");

describe("the JSON Schemas", () => {
  test("are one for each kind of file, in draft 7", () => {
    expect([...schemas.keys()]).toEqual([
      "sluice.schema.json",
      "connection.schema.json",
      "model.schema.json",
      "rules.schema.json",
      "template.schema.json",
      "contract.schema.json",
      "scenario.schema.json",
    ]);
    for (const schema of schemas.values()) {
      expect(schema["$schema"]).toBe("http://json-schema.org/draft-07/schema#");
    }
  });

  test.each(ownSchemas)("%s describes every key", (_, schema) => {
    const bare = keysOf(schema).filter(([, part]) => {
      const { description, $ref } = Object(part);
      return description === undefined && $ref === undefined;
    });
    expect(bare.map(([path]) => path)).toEqual([]);
  });

  test("tell the types of connections apart", () => {
    const branches = Object(schemas.get("connection.schema.json")).oneOf;
    expect(branches.map((branch: unknown) => Object(branch).properties.type.const)).toEqual([
      "file",
      "postgres",
    ]);
    const [file] = branches;
    expect(Object.keys(file.properties.sources.items.properties)).toEqual(
      expect.arrayContaining(["name", "path", "tier", "checks"]),
    );
    expect(file.properties.sources.items.additionalProperties).toBe(false);
    expect(file.properties.sources.items.required).toEqual(["name", "path"]);
  });
});

describe("the reference of project files", () => {
  const reference = readFileSync(
    join(import.meta.dirname, "../../docs/reference/project-files.md"),
    "utf8",
  );

  test.each(ownSchemas.filter(([file]) => file !== "rules.schema.json"))(
    "names every key of %s",
    (_, schema) => {
      const names = keysOf(schema).map(([path]) => path.slice(path.lastIndexOf(".") + 1));
      const missing = new Set(names.filter((name) => !reference.includes(name)));
      expect([...missing]).toEqual([]);
    },
  );

  test("names every code that the golden projects show", () => {
    const folder = join(import.meta.dirname, "problems");
    const codes = readdirSync(folder).flatMap((file) =>
      [...readFileSync(join(folder, file), "utf8").matchAll(/^(?:error|warning) ([a-z-]+):/gm)].map(
        ([, code]) => code ?? "",
      ),
    );
    const missing = new Set(codes.filter((code) => !/^(rule|param|source)/.test(code)));
    expect([...missing].filter((code) => !reference.includes(`\`${code}\``))).toEqual([]);
  });
});
