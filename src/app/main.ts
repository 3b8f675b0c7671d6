import { readFileSync } from "node:fs";
import type { CliEnvironment } from "../cli/cli-environment.ts";
import { runCli } from "../cli/run-cli.ts";
import { environmentVariables } from "../config/environment-variables.ts";
import { systemClock } from "./system-clock.ts";

/** The command line over the process. What is heavy loads when a command needs it. */
const environment: CliEnvironment = {
  version: packageVersion(),
  stdout: process.stdout,
  stderr: process.stderr,
  variables: environmentVariables(),
  clock: systemClock,
  openProject: async ({ folder, logStream, isVerbose }) => {
    const { openProject } = await import("./open-project.ts");
    return await openProject({ ...(folder === null ? {} : { folder }), logStream, isVerbose });
  },
  initProject: async (folder) => {
    const { initProject } = await import("./init-project.ts");
    return await initProject(folder);
  },
  drill: async (request) => {
    const { drillProject } = await import("./drill/drill-project.ts");
    return await drillProject(request);
  },
  writeSchemas: async (folder) => {
    const { writeSchemas } = await import("./write-schemas.ts");
    return await writeSchemas(folder);
  },
  readTextFile: async (path) => {
    const { readTextFile } = await import("../config/read-text-file.ts");
    return await readTextFile(path);
  },
  writeNewFile: async (path, text) => {
    const { writeNewFile } = await import("./write-new-file.ts");
    await writeNewFile(path, text);
  },
  lineageOfQuery: async (request) => {
    const { lineageOfQuery } = await import("./lineage-of-query.ts");
    return await lineageOfQuery(request);
  },
  onSignal(listener) {
    const onInterrupt = () => listener("SIGINT");
    const onTerminate = () => listener("SIGTERM");
    process.on("SIGINT", onInterrupt);
    process.on("SIGTERM", onTerminate);
    return () => {
      process.off("SIGINT", onInterrupt);
      process.off("SIGTERM", onTerminate);
    };
  },
  exit: (code) => process.exit(code),
};

process.exitCode = await runCli(process.argv.slice(2), environment);

function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const parsed: unknown = JSON.parse(text);
  const isPackage = typeof parsed === "object" && parsed !== null && "version" in parsed;
  return isPackage ? String(parsed.version) : "unknown";
}
