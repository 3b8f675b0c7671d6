import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { root, runNode, secondsSince, tool } from "./run-process.mjs";
import { setUp } from "./set-up.mjs";

/**
 * `npm run bench [-- name…]`: compiles src and bench, then runs each `bench/*.bench.ts` in a process
 * of its own and prints its ratios. Before and after it measures the machine itself, since a ratio
 * says no more than the machine's noise lets it. With `--write` the figures replace those in
 * `bench/README.md`.
 */
const output = join(root, "node_modules", ".cache", "sluice-bench");
const said = [];

async function main() {
  await setUp();
  const args = process.argv.slice(2);
  const wanted = args.filter((arg) => !arg.startsWith("--"));
  const names = readdirSync(join(root, "bench"))
    .filter((file) => file.endsWith(".bench.ts"))
    .map((file) => file.replace(/\.bench\.ts$/, ""))
    .filter((name) => wanted.length === 0 || wanted.includes(name));
  if (names.length === 0) throw new Error("No benchmark of that name is in bench/.");
  await compile();
  say(`Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model.trim()},`);
  say(`${Math.round(totalmem() / 2 ** 30)} GB of memory, ${process.platform}-${process.arch}.`);
  say(describeNoise("before"));
  const failed = [];
  for (const name of names) {
    if (!(await runBenchmark(name))) failed.push(name);
  }
  say(`\n${describeNoise("after")}`);
  if (args.includes("--write")) writeFigures();
  if (failed.length > 0) {
    console.log(`Failed or short of the target: ${failed.join(", ")}.`);
    process.exitCode = 1;
  }
}

/** Prints, and keeps for `--write`. */
function say(text) {
  console.log(text);
  said.push(text);
}

function writeFigures() {
  const path = join(root, "bench", "README.md");
  const fenced = `$1\n\n\`\`\`text\n${said.join("\n")}\n\`\`\`\n`;
  writeFileSync(path, readFileSync(path, "utf8").replace(/(## Figures)\n[\s\S]*$/, fenced));
}

async function compile() {
  rmSync(output, { recursive: true, force: true });
  const settings = ["--noEmit", "false", "--outDir", output, "--rootDir", root];
  const result = await runNode([tool("typescript/bin/tsc"), "-p", "tsconfig.json", ...settings]);
  if (result.code !== 0) throw new Error(result.output);
  writeFileSync(join(output, "package.json"), '{ "type": "module" }\n');
  symlinkSync(join(root, "node_modules"), join(output, "node_modules"), "junction");
}

/** Runs one file's `bench()` and prints its results; true when all targets are met. */
async function runBenchmark(name) {
  const start = performance.now();
  const file = join(output, "bench", `${name}.bench.js`);
  const program = `
    const { bench } = await import(${JSON.stringify(file)});
    process.stdout.write("\\n@results" + JSON.stringify(await bench()));
  `;
  const node = ["--expose-gc", "--input-type=module", "--eval", program];
  const { code, output: text } = await runNode(node);
  const at = text.lastIndexOf("\n@results");
  if (code !== 0 || at < 0) {
    say(`\n${name}: ended with code ${code}\n${text}`);
    return false;
  }
  const results = JSON.parse(text.slice(at + "\n@results".length));
  say(`\n${name} (${secondsSince(start)})`);
  for (const result of results) say(describeResult(result));
  return results.every(({ isMet }) => isMet);
}

function describeResult({ name, ours, theirs, ratio, unit, target, isMet }) {
  const figures = `${round(ours)} ${unit} against ${round(theirs)} ${unit}`;
  return `  ${isMet ? "met   " : "MISSED"} ${ratio.toFixed(3)} × (${target})\n         ${name}: ${figures}`;
}

const round = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** How much the same work varies here: a loop for the processor, a small fsync for the disk. */
function describeNoise(when) {
  const loops = repeat(31, referenceLoop);
  const syncs = repeat(101, syncer(join(root, "node_modules", ".cache")));
  return [
    `Noise ${when}: a fixed loop takes ${spread(loops)};`,
    `  write and fsync of 4 KB take ${spread(syncs)}.`,
  ].join("\n");
}

function repeat(times, work) {
  return Array.from({ length: times }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  }).sort((left, right) => left - right);
}

function spread(sorted) {
  const at = (share) => sorted[Math.floor(share * (sorted.length - 1))];
  const [low, middle, high] = [0.05, 0.5, 0.95].map(at);
  const percent = Math.round((100 * (high - low)) / middle);
  return `${middle.toFixed(2)} ms (5th to 95th percentile ${low.toFixed(2)} to ${high.toFixed(2)}, ${percent} %)`;
}

function referenceLoop() {
  let sum = 1;
  for (let index = 0; index < 20_000_000; index += 1) sum = (sum * 31 + index) | 0;
  return sum;
}

function syncer(folder) {
  const path = join(folder, "sluice-fsync");
  const block = Buffer.alloc(4096, 1);
  mkdirSync(folder, { recursive: true });
  return () => {
    const file = openSync(path, "w");
    writeSync(file, block);
    fsyncSync(file);
    closeSync(file);
    rmSync(path);
  };
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
