import {
  type ContractComparison,
  compareContracts,
  type Promised,
} from "../../core/contracts/compare-contracts.ts";
import { parseContract } from "../../core/project/parse-contract.ts";
import { sourceText } from "../../core/project/source-text.ts";
import { changeJson } from "../../core/schema/change-json.ts";
import { present } from "../../core/std/assert.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import { changeLines } from "../render/change-lines.ts";
import { printable } from "../text/printable.ts";
import type { CommandContext, CommandHandler } from "./command-handler.ts";
import { exitCodes } from "./exit-codes.ts";
import { observedSources } from "./observed-sources.ts";

/** Compares two versions of a contract, or a source with its contract. */
export const contractDiffCommand: CommandHandler = async (context) => {
  const [old, next] = context.input.args;
  const first = present(old, "the old version is required");
  const tables =
    next === undefined ? await ofSource(context, first) : await ofFiles(context, first, next);
  const isAllowed = tables.every((table) => table.isAllowed);
  return {
    exitCode: isAllowed ? exitCodes.done : exitCodes.failed,
    json: () => ({ allowed: isAllowed, tables: tables.map(tableJson) }),
    lines: (style) =>
      tables.flatMap((table) => [
        `${printable(table.name)} (${table.mode}): ${table.isAllowed ? style.colors.green("allowed") : style.colors.red("not allowed")}`,
        ...changeLines(table.changes, "  ", style),
        ...table.breaking.map(
          ({ because }) => `  ${style.colors.red("breaks")}: ${printable(because)}`,
        ),
      ]),
  };
};

type Table = ContractComparison & { readonly name: string };

async function ofSource({ withProject }: CommandContext, name: string): Promise<readonly Table[]> {
  const [source] = await withProject((project) => observedSources(project, name));
  const { contract, shape } = present(source, "a source of that name is there");
  if (contract === null || shape === null) {
    const why = contract === null ? "has no contract in force" : "could not be observed";
    throw new OperatingError("NOT_FOUND", `${name} ${why}`, {
      hint: "Write one with `sluice contract init`, or see the source with `sluice sources`.",
    });
  }
  const columns = shape.columns.map(({ name: column, type, nullable }) => ({
    name: column,
    type,
    nullable,
    isExact: true,
    isKey: false,
    values: null,
  }));
  const observed: Promised = { mode: contract.mode, columns, key: shape.key };
  return [{ name, ...compareContracts(observed, contract) }];
}

async function ofFiles(
  context: CommandContext,
  old: string,
  next: string,
): Promise<readonly Table[]> {
  const before = await readTables(context, old);
  const after = await readTables(context, next);
  const nothing: Promised = { mode: "none", columns: [], key: [] };
  return [...new Set([...before.keys(), ...after.keys()])].map((name) => ({
    name,
    ...compareContracts(before.get(name) ?? nothing, after.get(name) ?? nothing),
  }));
}

async function readTables(
  { environment }: CommandContext,
  path: string,
): Promise<ReadonlyMap<string, Promised>> {
  const { draft, problems } = parseContract(sourceText(path, await environment.readTextFile(path)));
  const errors = problems.filter(({ severity }) => severity === "error");
  if (draft !== null && errors.length === 0) {
    return new Map(draft.objects.map(({ names, contract }) => [names.at(-1) ?? "", contract]));
  }
  const lines = errors.map(
    ({ message, location, fix }) => `${location.line}:${location.column} ${message} ${fix}`,
  );
  throw new OperatingError("USAGE_INVALID", [`${path} is no valid contract:`, ...lines].join("\n"));
}

function tableJson({ name, mode, changes, compatible, isAllowed, breaking }: Table): unknown {
  return {
    name,
    mode,
    allowed: isAllowed,
    changes: changes.map((change) => changeJson(change)),
    compatible,
    breaking: breaking.map(({ because, breaks }) => ({ text: because, breaks })),
  };
}
