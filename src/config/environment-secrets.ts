import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Json, JsonObject } from "../core/std/json.ts";
import { OperatingError } from "../errors/operating-error.ts";
import { createRedactor } from "./redactor.ts";

/** The largest file that a secret is read from. */
const bytesMax = 65_536;
const reference = /\$\{(env|file):([^${}\0]+)\}/g;

/**
 * Resolves `${env:NAME}` from the environment and `${file:PATH}` from the disk, relative to the
 * project's folder, and hides what it gave out. A file's last line break is not part of the
 * secret; an empty variable counts as missing, because that is what an unset one often becomes.
 */
export function environmentSecrets(
  projectFolder: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
) {
  const redactor = createRedactor();
  const give = (kind: string, name: string): string => {
    const value =
      kind === "env" ? variable(name, environment) : fileText(resolve(projectFolder, name), name);
    redactor.hide(value);
    return value;
  };
  const resolveText = (text: string) =>
    text.replaceAll(reference, (_, kind: string, name: string) => give(kind, name));
  return {
    /** @throws SECRET_MISSING naming the reference, never a value. */
    resolve: (options: JsonObject): JsonObject => resolveFields(options, resolveText),
    redact: (text: string): string => redactor.redact(text),
  };
}

function resolveFields(value: JsonObject, resolveText: (text: string) => string): JsonObject {
  const fields = Object.entries(value).map(
    ([key, field]) => [key, resolveJson(field, resolveText)] as const,
  );
  return Object.fromEntries(fields);
}

function resolveJson(
  value: Json | undefined,
  resolveText: (text: string) => string,
): Json | undefined {
  if (typeof value === "string") return resolveText(value);
  if (Array.isArray(value)) return value.map((item) => resolveJson(item, resolveText) ?? null);
  if (typeof value === "object" && value !== null && !isList(value)) {
    return resolveFields(value, resolveText);
  }
  return value;
}

function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}

function variable(name: string, environment: Readonly<Record<string, string | undefined>>): string {
  const value = environment[name];
  if (value !== undefined && value !== "") return value;
  throw new OperatingError(
    "SECRET_MISSING",
    `The environment variable ${name} is ${value === undefined ? "not set" : "empty"}`,
    { hint: `Set ${name}, as in: export ${name}=…` },
  );
}

function fileText(path: string, name: string): string {
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > bytesMax) {
      throw new OperatingError(
        "SECRET_MISSING",
        `The secret's file ${name} is larger than 64 KiB`,
        {
          hint: "Check the path.",
        },
      );
    }
    text = readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    if (error instanceof OperatingError) throw error;
    throw new OperatingError("SECRET_MISSING", `The secret's file ${name} cannot be read`, {
      hint: "Check the path and its permissions.",
      cause: error,
    });
  }
  if (text !== "") return text;
  throw new OperatingError("SECRET_MISSING", `The secret's file ${name} is empty`, {
    hint: "Write the secret into it.",
  });
}
