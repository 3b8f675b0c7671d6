// @ts-check
// Plain JavaScript, so that a worker thread can start it from the sources and from the build alike.
import { parentPort } from "node:worker_threads";
import { Dialect, parse } from "@polyglot-sql/sdk";

/** Fields that say how a text was written, not what it means. */
const writing = new Set(["span", "leading_comments", "trailing_comments", "comments"]);

/**
 * A copy without what is absent, false, empty or of the writing alone: most of a tree.
 *
 * @param {unknown} node
 * @returns {unknown}
 */
function meaningOf(node) {
  if (Array.isArray(node)) return node.map(meaningOf);
  if (node === null || typeof node !== "object") return node;
  /** @type {Record<string, unknown>} */
  const kept = {};
  for (const [key, value] of Object.entries(node)) {
    if (value === null || value === undefined || value === false || writing.has(key)) continue;
    if (Array.isArray(value) && value.length === 0) continue;
    kept[key] = meaningOf(value);
  }
  return kept;
}

/** @param {unknown} cause */
const textOf = (cause) => (cause instanceof Error ? cause.message : String(cause));

/** @param {string} dialect */
const unknownDialect = (dialect) =>
  `the dialect "${dialect}" is not known; known are ${Object.values(Dialect).join(", ")}`;

/** @param {{ id: number, sql: string, dialect: string }} request */
function answer({ id, sql, dialect }) {
  try {
    const known = Object.values(Dialect).find((name) => name === dialect);
    if (known === undefined) return { id, ok: false, message: unknownDialect(dialect) };
    const result = parse(sql, known);
    if (!result.success) return { id, ok: false, message: textOf(result.error) };
    return { id, ok: true, statements: meaningOf(result.ast) };
  } catch (cause) {
    return { id, ok: false, message: textOf(cause) };
  }
}

parentPort?.on("message", (request) => parentPort?.postMessage(answer(request)));
