import { join } from "node:path";
import { build } from "./build.mjs";
import { root, runNode } from "./run-process.mjs";
import { setUp } from "./set-up.mjs";

/**
 * `npm start`: installs and builds what is missing, then lets Sluice look at the example's sources,
 * decide, and run what it decided. When nothing is to be done it says so, and touches nothing.
 */
const project = "examples/flights";
const marts = [
  { name: "daily_delays", about: "one row for each day and origin" },
  { name: "worst_routes", about: "the routes that are late most often" },
  { name: "bird_strikes_by_state", about: "strikes against takeoffs and landings" },
  { name: "seattle_by_month", about: "delays beside what each month's weather is usually like" },
  { name: "route_shift", about: "who gained and lost between 2001 and 2008" },
  { name: "sample_bias", about: "how far a sample is from all flights" },
];

async function main() {
  await setUp();
  const built = await build();
  if (built.code !== 0) throw new Error(built.output);

  title("What is known of the sources");
  await sluice(["sources"], [0]);
  title("What would run, and why");
  const hasWork = (await sluice(["plan", "--detailed-exitcode"], [0, 2])) === 2;
  if (hasWork) {
    title("The run");
    await sluice(["run"], [0]);
    title("A few rows of each mart");
    await showMarts();
  } else {
    console.log("\nEverything is up to date: nothing was run, and nothing was touched.");
  }
  title("Three commands to try next");
  console.log(
    [
      `  npx sluice why flights.load --project ${project}`,
      `  npx sluice why flights_200k.load --project ${project}`,
      `  npx sluice show --project ${project}`,
      "",
      `Change a model in ${project}/models, then \`npm start\` again: only what it concerns runs.`,
    ].join("\n"),
  );
}

const title = (text) => console.log(`\n── ${text} ${"─".repeat(Math.max(0, 74 - text.length))}\n`);

/** Runs one command as people type it, and ends when its exit code is none of those expected. */
async function sluice(args, expected) {
  const command = [join(root, "bin", "sluice.js"), ...args, "--project", project];
  console.log(`$ npx sluice ${args[0]} --project ${project}\n`);
  const { code } = await runNode(command, { show: true });
  if (!expected.includes(code)) throw new Error(`\nsluice ${args[0]} ended with code ${code}.`);
  return code;
}

async function showMarts() {
  const { openProject } = await import("../dist/index.js");
  const { renderRows } = await import("../dist/cli/render/render-rows.js");
  const { default: colors } = await import("picocolors");
  const style = { colors, width: process.stdout.columns ?? 100, now: Date.now() };
  const opened = await openProject({ folder: join(root, project) });
  try {
    for (const { name, about } of marts) {
      const rows = await opened.sample({ schema: "main", name }, 5);
      console.log(`${colors.bold(name)}: ${about}`);
      console.log(`${renderRows(rows, style).join("\n")}\n`);
    }
  } finally {
    await opened[Symbol.asyncDispose]();
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
