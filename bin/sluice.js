#!/usr/bin/env node
import { existsSync } from "node:fs";
import module from "node:module";

const main = new URL("../dist/app/main.js", import.meta.url);

/** Says why it cannot start, in words instead of a stack. */
function refuse(message) {
  process.stderr.write(`sluice: ${message}\n`);
  process.exitCode = 70;
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  refuse(`Node ${process.versions.node} is too old: 20.19 or newer is needed.`);
} else if (!existsSync(main)) {
  refuse("it is not built yet: run `npm run build` in its folder.");
} else {
  // Keeps compiled code between starts; Node has it since 22.1.
  module.enableCompileCache?.();
  await import(main.href);
}
