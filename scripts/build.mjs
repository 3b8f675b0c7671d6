import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { root, runNode, tool } from "./run-process.mjs";

const dist = join(root, "dist");
const stamp = join(root, "node_modules", ".sluice-build");
const settings = ["package-lock.json", "tsconfig.json", "tsconfig.build.json"];

/**
 * Compiles `src` to `dist` and copies its plain JavaScript, unless `dist` was made from the same files. The compiler writes beside
 * it, and each file is then put in place whole: a process that runs from `dist` meanwhile never
 * reads half of one.
 *
 * @returns {Promise<{ code: number, output: string }>}
 */
export async function build() {
  const identity = identityOfSources();
  if (isBuiltFrom(identity)) return { code: 0, output: "" };
  const fresh = mkdtempSync(join(root, "node_modules", ".sluice-build-"));
  try {
    const tsc = tool("typescript/bin/tsc");
    const result = await runNode([tsc, "-p", "tsconfig.build.json", "--outDir", fresh]);
    if (result.code === 0) {
      copyScripts(fresh);
      putInPlace(fresh);
      writeFileSync(stamp, identity);
    }
    return result;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** True when `dist` holds what the sources say now. */
export const isBuilt = () => isBuiltFrom(identityOfSources());

const isBuiltFrom = (identity) =>
  existsSync(join(dist, "index.js")) &&
  existsSync(stamp) &&
  readFileSync(stamp, "utf8") === identity;

function identityOfSources() {
  const hash = createHash("sha256");
  const sources = filesOf(join(root, "src")).filter((path) => !path.endsWith(".test.ts"));
  for (const path of [...sources.sort(), ...settings.map((name) => join(root, name))]) {
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update("\0");
  }
  return hash.digest("hex");
}

/** What the sources have in plain JavaScript, such as the scripts of threads, goes as it is. */
function copyScripts(fresh) {
  const source = join(root, "src");
  for (const path of filesOf(source).filter((name) => name.endsWith(".mjs"))) {
    cpSync(path, join(fresh, relative(source, path)));
  }
}

function putInPlace(fresh) {
  const made = filesOf(fresh).map((path) => relative(fresh, path));
  for (const path of made) {
    mkdirSync(dirname(join(dist, path)), { recursive: true });
    renameSync(join(fresh, path), join(dist, path));
  }
  const wanted = new Set(made);
  for (const path of filesOf(dist)) {
    if (!wanted.has(relative(dist, path))) rmSync(path, { force: true });
  }
}

const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { code, output } = await build();
  process.stdout.write(output);
  process.exitCode = code;
}
