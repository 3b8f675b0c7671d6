import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root: every command works from there, wherever it was called. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** The JavaScript entry of an installed tool, so that Node starts it without a shell on any system. */
export const tool = (path) => join(root, "node_modules", path);

/**
 * Runs `node` with arguments to its end.
 *
 * @param {readonly string[]} args
 * @param {{ readonly show?: boolean, readonly env?: Record<string, string> }} options
 *   `show` passes its output through; otherwise it is collected.
 * @returns {Promise<{ code: number, output: string }>} A signal that ended it counts as code 1.
 */
export function runNode(args, { show = false, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: show ? "inherit" : ["ignore", "pipe", "pipe"],
    });
    const chunks = [];
    child.stdout?.on("data", (chunk) => chunks.push(chunk));
    child.stderr?.on("data", (chunk) => chunks.push(chunk));
    const end = (code, note) =>
      resolve({ code, output: Buffer.concat(chunks).toString("utf8") + note });
    child.on("error", (error) => end(1, `${error.message}\n`));
    child.on("close", (code, signal) =>
      code === null ? end(1, `ended by ${signal}\n`) : end(code, ""),
    );
  });
}

/** Seconds since a `performance.now()`, for people. */
export const secondsSince = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`;
