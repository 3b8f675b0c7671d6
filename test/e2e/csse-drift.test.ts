import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { openProject } from "../../src/index.ts";
import { repositoryFolder } from "../support/sluice-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

const data = join(repositoryFolder, "../shared/data/csse-covid19");
const reports = join(data, "daily_reports");
const rewrites = join(data, "inplace_rewrites");
const wide = join(data, "time_series_wide");
const dayMs = 86_400_000;

/** Written on the first day, with the names that the files had then, and never touched again. */
const perCountry = `/* sluice
materialize: table
*/
SELECT
  "Country/Region" AS country,
  strptime(regexp_extract(file, '[0-9-]{10}'), '%m-%d-%Y')::DATE AS day,
  sum(Confirmed) AS confirmed,
  sum(Deaths) AS deaths
FROM raw.reports
GROUP BY ALL
`;

const project = {
  "sluice.yaml": "project: covid\nwarehouse: { path: w.duckdb }\n",
  "connections/files.yaml": `connection: files
type: file
options: { root: data }
sources:
  - name: reports
    path: "*.csv"
    strategy: append
    file_column: file
`,
  "models/per_country.sql": perCountry,
};

const csvFilesOf = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".csv"))
    .sort();

/** Answers of a query on a database that is opened for it alone. */
async function query(path: string, sql: string): Promise<readonly (readonly unknown[])[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    if (path !== "") await connection.run(`ATTACH '${path}' AS w (READ_ONLY); USE w`);
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

interface History {
  readonly accepted: number;
  readonly drifts: readonly { readonly origin: string; readonly kinds: readonly string[] }[];
}

/** One cycle after each step; what asks for agreement gets it, and is decided again. */
async function live(
  folder: { readonly path: string },
  steps: readonly (() => void)[],
  source: string,
): Promise<History> {
  await using opened = await openProject({ folder: folder.path });
  let accepted = 0;
  // Later than any wall clock, so that no deadline has passed by it.
  let now = Date.UTC(2040, 0, 1);
  const cycle = async () => {
    now += dayMs;
    const { run } = await opened.run({ now });
    const failed = run.tasks.filter(({ status }) => status === "failed");
    expect(failed).toEqual([]);
  };
  for (const step of steps) {
    step();
    await cycle();
    const open = (await opened.negotiations()).filter(({ status }) => status === "open");
    for (const { id } of open) {
      accepted += 1;
      const answer = { answer: "accept", route: null, by: "ada", reason: null } as const;
      await opened.respond(id, answer);
    }
    if (open.length > 0) await cycle();
  }
  const drifts = (await opened.drifts(source)).map(({ origin, changes }) => ({
    origin,
    kinds: [...new Set(changes.map(({ kind }) => kind))].sort(),
  }));
  return { accepted, drifts };
}

/** What the published files say by themselves, read as text. */
const published = `
  SELECT regexp_extract(filename, '[0-9-]{10}[.]csv$') AS file, *
  FROM read_csv('${reports}/*.csv', all_varchar = true, union_by_name = true, filename = true)`;

test.skipIf(!existsSync(reports))(
  "half a year of daily reports flows through one source with the default rules",
  async () => {
    using folder = temporaryFolder();
    writeFiles(folder.path, project);
    mkdirSync(join(folder.path, "data"));
    const steps = csvFilesOf(reports).map((name) => () => {
      copyFileSync(join(reports, name), join(folder.path, "data", name));
    });
    expect(steps).toHaveLength(52);
    const { accepted, drifts } = await live(folder, steps, "reports");
    const warehouse = join(folder.path, "w.duckdb");

    // Up to two would do; every change of these files is one that the default rules can route.
    expect(accepted).toBe(0);
    expect(drifts).toEqual([
      { origin: "01-23-2020.csv", kinds: ["format"] },
      { origin: "01-31-2020.csv", kinds: ["format"] },
      { origin: "02-02-2020.csv", kinds: ["format"] },
      { origin: "03-01-2020.csv", kinds: ["added"] },
      { origin: "03-22-2020.csv", kinds: ["added", "format", "renamed", "reordered"] },
      { origin: "03-23-2020.csv", kinds: ["format", "retyped"] },
      { origin: "04-15-2020.csv", kinds: ["format"] },
      { origin: "05-29-2020.csv", kinds: ["added"] },
    ]);

    // Every row of every file ends in the table or in quarantine.
    const isQuarantined =
      (
        await query(
          warehouse,
          "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'quarantine' AND table_name = 'reports'",
        )
      ).length > 0;
    const setAside = isQuarantined ? "UNION ALL SELECT _file FROM quarantine.reports" : "";
    expect(
      await query(
        warehouse,
        `SELECT _file, count(*)::INTEGER FROM (SELECT _file FROM raw.reports ${setAside}) GROUP BY ALL ORDER BY ALL`,
      ),
    ).toEqual(
      await query(
        "",
        `SELECT file, count(*)::INTEGER FROM (${published}) GROUP BY ALL ORDER BY ALL`,
      ),
    );

    // A code that has leading zeros keeps them; which days have them is as published.
    const padded = "SELECT file, FIPS FROM";
    const isPadded = "WHERE FIPS LIKE '0%' ORDER BY ALL";
    const codes = await query("", `${padded} (${published}) ${isPadded}`);
    expect(codes.length).toBeGreaterThan(1_000);
    expect(await query(warehouse, `${padded} raw.reports ${isPadded}`)).toEqual(codes);

    // The model that was written on the first day still says what a query over the files says.
    const sums = "sum(Confirmed::DOUBLE)::BIGINT::VARCHAR, sum(Deaths::DOUBLE)::BIGINT::VARCHAR";
    expect(
      await query(
        warehouse,
        "SELECT country, day::VARCHAR, confirmed::BIGINT::VARCHAR, deaths::BIGINT::VARCHAR FROM main.per_country ORDER BY ALL",
      ),
    ).toEqual(
      await query(
        "",
        `SELECT coalesce("Country/Region", "Country_Region"), strptime(left(file, 10), '%m-%d-%Y')::DATE::VARCHAR, ${sums}
         FROM (${published}) GROUP BY ALL ORDER BY ALL`,
      ),
    );
  },
);

test.skipIf(!existsSync(rewrites))(
  "a report that is rewritten in place takes the place of its earlier rows",
  async () => {
    using folder = temporaryFolder();
    writeFiles(folder.path, project);
    mkdirSync(join(folder.path, "data"));
    const versions = csvFilesOf(rewrites);
    const last = new Map(versions.map((name) => [name.replace(/\.v\d+/, ""), name]));
    const steps = versions.map((version) => () => {
      const to = join(folder.path, "data", version.replace(/\.v\d+/, ""));
      rmSync(to, { force: true });
      copyFileSync(join(rewrites, version), to);
    });
    await live(folder, steps, "reports");
    const counts = await Promise.all(
      [...last].map(async ([name, version]) => {
        const path = join(rewrites, version);
        const [[rows] = []] = await query(
          "",
          `SELECT count(*)::INTEGER FROM read_csv('${path}', all_varchar = true)`,
        );
        return [name, rows];
      }),
    );
    const warehouse = join(folder.path, "w.duckdb");
    const held = "SELECT _file, count(*)::INTEGER FROM raw.reports GROUP BY ALL ORDER BY ALL";
    expect(await query(warehouse, held)).toEqual(counts);
  },
);

test.skipIf(!existsSync(wide))(
  "a pivot table that gains columns with every version does not ask each time",
  async () => {
    using folder = temporaryFolder();
    writeFiles(folder.path, {
      ...project,
      "connections/files.yaml": `connection: files
type: file
options: { root: data }
sources:
  - name: reports
    path: series.csv
`,
      "models/per_country.sql": `/* sluice
materialize: table
*/
SELECT "Country/Region" AS country, count(*) AS places FROM raw.reports GROUP BY ALL
`,
    });
    mkdirSync(join(folder.path, "data"));
    const steps = csvFilesOf(wide).map((name) => () => {
      rmSync(join(folder.path, "data/series.csv"), { force: true });
      copyFileSync(join(wide, name), join(folder.path, "data/series.csv"));
    });
    const { accepted, drifts } = await live(folder, steps, "reports");
    expect(drifts).toHaveLength(steps.length - 1);
    expect(accepted).toBeLessThanOrEqual(1);
  },
);
