import { expect, test } from "vitest";
import { endsOf, runProject } from "../support/sluice-runs.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

// Goal: work that needs more memory than there is fails by itself, with a word about memory, and
// takes neither the process nor the others with it.

test("a model that exhausts memory fails alone, and the next run recovers", async () => {
  using folder = temporaryFolder();
  const settings = (memory: string) => `project: faults
limits: { memory: ${memory}, threads: 1 }
defaults:
  retry: { attempts: 2, backoff: 50ms }
`;
  const huge = `/* sluice
materialize: table
*/
SELECT list(md5(n::VARCHAR) || repeat('x', 300)) AS everything FROM raw.numbers`;
  writeFiles(folder.path, {
    "sluice.yaml": settings("128MB"),
    "connections/files.yaml": `connection: files
type: file
options: { root: data }
sources:
  - name: numbers
    path: numbers.csv
  - name: cities
    path: cities.csv
`,
    "models/everything.sql": huge,
    "models/length.sql": "SELECT len(everything) AS n FROM everything",
    "models/countries.sql": `/* sluice
materialize: table
*/
SELECT country, count(*) AS cities FROM raw.cities GROUP BY country`,
    "data/cities.csv": `id,country\n${Array.from({ length: 50 }, (_, n) => `${n},c${n % 7}`).join("\n")}\n`,
    "data/numbers.csv": `n\n${Array.from({ length: 600_000 }, (_, n) => n).join("\n")}\n`,
  });
  const ran = await runProject(folder.path);
  expect(ran).toMatchObject({ exitCode: 1, status: "failed" });
  expect(endsOf(ran, ["everything.transform", "length.transform", "countries.transform"])).toEqual({
    "everything.transform": "failed WAREHOUSE_MEMORY",
    "length.transform": "skipped upstream",
    "countries.transform": "succeeded",
  });
  expect(ran.tasks.get("everything.transform")?.message).toMatch(
    /model everything.*Out of Memory.*Raise limits\.memory in sluice\.yaml/,
  );
  writeFiles(folder.path, { "sluice.yaml": settings("1GB") });
  const next = await runProject(folder.path);
  expect(next).toMatchObject({ exitCode: 0, status: "succeeded" });
  expect(endsOf(next, ["everything.transform", "length.transform", "numbers.load"])).toEqual({
    "everything.transform": "succeeded",
    "length.transform": "succeeded",
    "numbers.load": "bypassed up_to_date",
  });
});
