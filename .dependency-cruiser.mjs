const test = "\\.test\\.ts$";

/** A layer may import itself and what is named; tests beside the code are free. */
const layer = (from, allowed) => ({
  name: `${from.replaceAll("/", "-")}-direction`,
  severity: "error",
  from: { path: `^src/${from}/`, pathNot: test },
  to: { path: "^src/", pathNot: `^src/(${[`${from}/`, ...allowed].join("|")})` },
});

/**
 * Inside the core: std ← schema ← metadata ← project ← effects ← rules ← decide ← run; std ← conditions ← rules;
 * schema ← lineage ← compatibility ← routes ← effects; schema ← contracts ← project; conditions ← signals ← effects.
 */
const core = (room, allowed) =>
  layer(
    `core/${room}`,
    ["std", ...allowed].map((name) => `core/${name}/`),
  );

/** What effects, rules and decisions all stand on. */
const below = ["schema", "lineage", "compatibility", "routes", "contracts", "metadata", "project"];

const shell = ["core/", "ports/", "errors/"];

export default {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    core("std", []),
    core("schedule", ["conditions"]),
    core("schema", []),
    core("lineage", ["schema"]),
    core("compatibility", ["schema", "lineage"]),
    core("routes", ["schema", "lineage", "compatibility"]),
    core("contracts", ["schema"]),
    core("metadata", ["schema"]),
    core("project", ["schema", "schedule", "contracts", "metadata"]),
    core("conditions", []),
    core("signals", ["conditions"]),
    core("effects", [...below, "signals"]),
    core("rules", [...below, "conditions", "signals", "effects"]),
    core("decide", [...below, "conditions", "signals", "effects", "rules"]),
    core("scenarios", [...below, "signals", "conditions", "effects", "rules"]),
    core("run", [...below, "conditions", "signals", "effects", "rules", "decide"]),
    {
      name: "core-stays-pure",
      comment:
        "Pure libraries on this list only; node:crypto for the hash. This keeps decisions replayable.",
      severity: "error",
      from: { path: "^src/core/", pathNot: [test, "^src/core/std/hash\\.ts$"] },
      to: {
        path: ["^node:", "^[a-z]+$", "node_modules"],
        pathNot: ["node_modules/(zod|@marcbachmann/cel-js|croner|re2js|yaml|fastest-levenshtein)/"],
      },
    },
    layer("errors", []),
    layer("ports", ["core/", "errors/"]),
    layer("engine", shell),
    layer("observe", shell),
    layer("simulate", shell),
    layer("config", ["core/", "errors/"]),
    layer("cli", ["core/", "ports/", "engine/", "observe/", "simulate/", "config/", "errors/"]),
    {
      name: "adapters-know-no-other-layer",
      severity: "error",
      from: {
        path: "^src/(connectors|warehouses|catalogs|stagings|analyzers|gateways)/",
        pathNot: test,
      },
      to: {
        path: "^src/",
        pathNot:
          "^src/(connectors|warehouses|catalogs|stagings|analyzers|gateways|core|ports|errors)/",
      },
    },
    {
      name: "one-adapter-never-imports-another",
      severity: "error",
      from: { path: "^src/(connectors|warehouses|catalogs|stagings|analyzers|gateways)/([^/]+)/" },
      to: {
        path: "^src/(connectors|warehouses|catalogs|stagings|analyzers|gateways)/",
        pathNot: "^src/$1/$2/",
      },
    },
    {
      name: "nothing-imports-app",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(app/|index\\.ts$)" },
      to: { path: "^src/app/" },
    },
    {
      name: "tests-stay-out-of-src",
      severity: "error",
      from: { path: "^src/", pathNot: test },
      to: { path: `^(test|bench)/|${test}` },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    parser: "swc",
  },
};
