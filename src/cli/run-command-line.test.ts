import { describe, expect, test } from "vitest";
import { cli, KeptStream, startCli, untilCancelled } from "../../test/support/cli-scene.ts";
import { OperatingError } from "../errors/operating-error.ts";

const failing = (error: unknown) => ({ openProject: () => Promise.reject(error) });
const parsed = (text: string): unknown => JSON.parse(text);
const escapeCode = String.fromCharCode(27);

describe("a failure", () => {
  const locked = new OperatingError("CATALOG_LOCKED", "Process 4711 is running.", {
    hint: "Wait for it.",
    cause: new Error("SQLITE_BUSY"),
  });

  test("is told on stderr, with what to do", async () => {
    const { code, stdout, stderr } = await cli(["run"], failing(locked));
    expect(code).toBe(75);
    expect(stdout).toBe("");
    expect(stderr).toBe("error CATALOG_LOCKED: Process 4711 is running.\n  hint: Wait for it.\n");
  });

  test("names its causes where they are wanted", async () => {
    const { stderr } = await cli(["run", "--verbose"], failing(locked));
    expect(stderr).toContain("caused by: Error: SQLITE_BUSY");
  });

  test("is one object on stdout with --json", async () => {
    const { stdout, stderr } = await cli(["run", "--json"], failing(locked));
    expect(parsed(stdout)).toEqual({
      error: { code: "CATALOG_LOCKED", message: "Process 4711 is running.", hint: "Wait for it." },
    });
    expect(stderr).toBe("");
  });

  test("of the command line itself is an object with --json too", async () => {
    const { code, stdout } = await cli(["plam", "--json"]);
    expect(code).toBe(64);
    expect(parsed(stdout)).toEqual({
      error: {
        code: "USAGE_INVALID",
        message: "Unknown command 'plam'.",
        hint: "Did you mean `plan`?",
      },
    });
  });

  const problem = {
    code: "unknown-key",
    severity: "error",
    message: "A source has no `nam`.",
    location: { file: "connections/a.yaml", line: 2, column: 3 },
  };
  const invalid = new OperatingError("PROJECT_INVALID", "The project has 1 error.", {
    cause: {
      problems: [problem],
      texts: new Map([["connections/a.yaml", "sources:\n  nam: x\n"]]),
    },
  });

  test("of the project's files shows all of them with their lines", async () => {
    const { code, stderr } = await cli(["plan"], failing(invalid));
    expect(code).toBe(78);
    expect(stderr).toContain("--> connections/a.yaml:2:3");
    expect(stderr).toContain("nam: x");
    expect(stderr).toContain("error PROJECT_INVALID: The project has 1 error.");
  });

  test("of the project's files carries them in its JSON", async () => {
    const { stdout } = await cli(["plan", "--json"], failing(invalid));
    expect(parsed(stdout)).toMatchObject({ error: { hint: null, problems: [problem] } });
  });

  test("cannot steer the terminal with what it quotes", async () => {
    const error = new OperatingError("SOURCE_MISSING", `${escapeCode}[2Jgone`);
    const { stderr } = await cli(["plan"], { ...failing(error), isStderrTerminal: true });
    expect(stderr).not.toContain(`${escapeCode}[2J`);
    expect(stderr).toContain("gone");
  });

  test("while the project is closed is told, and the answer is not", async () => {
    const close = () => Promise.reject(new OperatingError("WAREHOUSE_FULL", "Full."));
    const reports = { [Symbol.asyncDispose]: close };
    const { code, stdout } = await cli(["runs", "--json"], { reports });
    expect(code).toBe(1);
    expect(parsed(stdout)).toMatchObject({ error: { code: "WAREHOUSE_FULL" } });
  });
});

describe("did you mean", () => {
  test.each([
    ["plam", "plan"],
    ["souces", "sources"],
    ["replya", "replay"],
  ])("%s", async (typed, meant) => {
    expect((await cli([typed])).stderr).toContain(`Did you mean \`${meant}\`?`);
  });

  test.each([
    [["plan", "--ful"], "--full"],
    [["run", "--resum"], "--resume"],
    [["plan", "--projct", "x"], "--project"],
  ])("%s", async (argv, meant) => {
    expect((await cli(argv)).stderr).toContain(`Did you mean \`${meant}\`?`);
  });

  test("is not said of what is like nothing", async () => {
    const { stderr } = await cli(["xyzzyplugh"]);
    expect(stderr).toContain("`sluice --help` lists what there is.");
  });
});

describe("a stdout that goes away", () => {
  test("because its reader has seen enough ends quietly", async () => {
    const stdout = new KeptStream();
    stdout.break("EPIPE");
    expect(await cli(["runs"], { stdout })).toMatchObject({ code: 0, stderr: "" });
  });

  test.each([[["runs", "--json"]], [["runs"]], [["--help"]], [["--version"]]])(
    "because the disk is full is a failure of %s",
    async (argv) => {
      const stdout = new KeptStream();
      stdout.break("ENOSPC");
      const { code, stderr } = await cli(argv, { stdout });
      expect(code).toBe(1);
      expect(stderr).toContain("error OUTPUT_FAILED");
    },
  );
});

describe("signals", () => {
  const waiting = {
    reports: {
      run: (options?: { readonly signal?: AbortSignal }) => untilCancelled(options?.signal),
      runs: () => new Promise<never>(() => undefined),
    },
  };
  const started = async (argv: readonly string[]) => {
    const running = startCli(argv, waiting);
    while (!running.isListening()) await new Promise((resolve) => setImmediate(resolve));
    return running;
  };

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s lets a run end by itself, and then exits with %i", async (signal, code) => {
    const running = await started(["run"]);
    running.send(signal);
    const outcome = await running.ended;
    expect(outcome).toMatchObject({ code, exited: null });
    expect(outcome.stderr).toContain("Once more ends at once");
  });

  test("the second ends the process at once, if it is not the first one passed on", async () => {
    const running = await started(["run"]);
    running.send("SIGINT");
    running.send("SIGINT");
    expect(running.exited()).toBeNull();
    running.clock.advance(1_000);
    running.send("SIGINT");
    expect((await running.ended).exited).toBe(130);
  });

  test("a command with nothing to finish ends at the first", async () => {
    const running = await started(["runs"]);
    running.send("SIGTERM");
    expect(running.exited()).toBe(143);
  });
});

test("every failure to open closes nothing that was not opened, and every opened project is closed", async () => {
  let closed = 0;
  const dispose = async () => {
    closed += 1;
  };
  await cli(["plan"], { reports: { [Symbol.asyncDispose]: dispose } });
  const plan = () => Promise.reject(new OperatingError("SOURCE_MISSING", "Gone."));
  await cli(["plan"], { reports: { plan, [Symbol.asyncDispose]: dispose } });
  expect(closed).toBe(2);
});
