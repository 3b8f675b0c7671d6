import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { root } from "./run-process.mjs";

/**
 * `node scripts/flights-days.mjs`: four days of the flights example, on the third of which the flights
 * come late and half of the bird strikes are missing. Runs each cycle for real, once as the rules
 * decide and once as a fixed graph that does everything each time, and writes what it measured into
 * examples/flights/third-day.svg and, as a table, to stdout. Needs `npm run build` before it.
 */
const vega = join(root, "node_modules", "vega-datasets", "data");
const example = join(root, "examples", "flights");
const others = [
  "airports.csv",
  "us-state-capitals.json",
  "zipcodes.csv",
  "flights-airport.csv",
  "weather.csv",
  "seattle-weather-hourly-normals.csv",
  "flights-20k.json",
];
const subjects =
  "flights airports state_capitals zipcodes routes_2008 weather seattle_normals birdstrikes " +
  "departures airport_places states daily_delays route_delays seattle_by_month sample_bias " +
  "worst_routes bird_strikes_by_state route_shift";
const deliveries = `ruleset: deliveries
rules:
  - id: no-half-files
    description: A file that has lost a third of its rows is a failed delivery.
    for: source
    when: has(source.volume.trend) && source.volume.trend < 0.67
    then:
      - bypass: { because: a part of it is missing }
      - fallback: { use: last_good, max_age: 2d }
  - id: go-on-with-yesterday
    description: What is late is read as it was yesterday, and marked so.
    for: source
    when: source.presence != "present"
    then: [{ fallback: { use: last_good, max_age: 2d } }]
`;
const cycles = [
  { name: "day 1", flights: 1, isHalf: false },
  { name: "day 2", flights: 2, isHalf: false },
  { name: "day 3, morning", flights: null, isHalf: true },
  { name: "day 3, evening", flights: 3, isHalf: false },
  { name: "day 4", flights: 4, isHalf: false },
];

const place = mkdtempSync(join(tmpdir(), "sluice-flights-"));
try {
  await writeDays();
  const rows = { dynamic: await measure("dynamic"), static: await measure("static") };
  report(rows);
  writeFileSync(join(example, "third-day.svg"), draw(rows));
} finally {
  rmSync(place, { recursive: true, force: true });
}

/** The flights up to each day, 60,000 more from one to the next. */
async function writeDays() {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  for (const day of [1, 2, 3, 4]) {
    await connection.run(`COPY (SELECT * FROM read_parquet('${join(vega, "flights-3m.parquet")}')
      LIMIT ${200_000 + day * 60_000}) TO '${join(place, `flights-${day}.parquet`)}' (FORMAT parquet)`);
  }
  connection.closeSync();
  instance.closeSync();
}

async function measure(kind) {
  const project = join(place, kind);
  const data = join(project, "data");
  cpSync(example, project, {
    recursive: true,
    filter: (path) => !/flights\.duckdb|\.sluice/.test(path),
  });
  mkdirSync(data);
  for (const file of others) copyFileSync(join(vega, file), join(data, file));
  const connection = join(project, "connections", "vega.yaml");
  const text = readFileSync(connection, "utf8")
    .replace("../../node_modules/vega-datasets/data", "data")
    .replace("flights-3m.parquet", "flights.parquet");
  writeFileSync(connection, text);
  writeFileSync(
    join(project, "sluice.yaml"),
    "project: flights\nwarehouse: { path: flights.duckdb }\n",
  );
  if (kind === "dynamic") writeFileSync(join(project, "rules", "deliveries.yaml"), deliveries);
  else rmSync(join(project, "rules"), { recursive: true });
  const measured = [];
  for (const cycle of cycles) {
    deliver(data, cycle);
    if (kind === "static") force(project);
    const startedAt = performance.now();
    const ran = sluice(project, ["run"]);
    const seconds = (performance.now() - startedAt) / 1_000;
    measured.push({ ...cycle, ...count(ran), seconds, ...(await seen(project)) });
  }
  return measured;
}

/** A fixed graph does everything each time, whatever there is to do. */
function force(project) {
  for (const subject of subjects.split(" ")) {
    sluice(project, ["signal", "force", subject, "--by", "schedule", "--why", "a fixed graph"]);
  }
}

function deliver(data, { flights, isHalf }) {
  const file = join(data, "flights.parquet");
  if (flights === null) rmSync(file, { force: true });
  else copyFileSync(join(place, `flights-${flights}.parquet`), file);
  const lines = readFileSync(join(vega, "birdstrikes.csv"), "utf8").split("\n");
  const strikes = isHalf ? lines.slice(0, Math.floor(lines.length / 2)) : lines;
  writeFileSync(join(data, "birdstrikes.csv"), strikes.join("\n"));
}

function sluice(project, args) {
  const command = [join(root, "bin", "sluice.js"), ...args, "--json", "--project", project];
  const { stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  const answer = JSON.parse(stdout || "{}");
  if (answer.error !== undefined) throw new Error(`${args.join(" ")}: ${stdout} ${stderr}`);
  return answer;
}

function count({ run }) {
  const of = (status) => run.tasks.filter((task) => task.status === status).length;
  return {
    status: run.status,
    tasks: of("succeeded"),
    failed: of("failed"),
    bypassed: of("bypassed"),
  };
}

/** What readers find: strikes that the states' table counts, and flights that the days' table does. */
async function seen(project) {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`ATTACH '${join(project, "flights.duckdb")}' AS w; USE w`);
  const one = async (sql) =>
    Number((await connection.runAndReadAll(sql)).getRowsJson()[0]?.[0] ?? 0);
  const result = {
    strikes: await one("SELECT count(*) FROM raw.birdstrikes"),
    flightsRead: await one("SELECT count(*) FROM raw.flights"),
  };
  connection.closeSync();
  instance.closeSync();
  return result;
}

function report(rows) {
  console.log("| cycle | | tasks run | seconds | bird strikes that readers see | flights |");
  console.log("| --- | --- | ---: | ---: | ---: | ---: |");
  for (const [index, { name }] of cycles.entries()) {
    for (const kind of ["dynamic", "static"]) {
      const { tasks, seconds, strikes, flightsRead, status } = rows[kind][index];
      const number = (value) => value.toLocaleString("en");
      console.log(
        `| ${kind === "dynamic" ? name : ""} | ${kind}${status === "succeeded" ? "" : `, ${status}`} | ${tasks} | ` +
          `${seconds.toFixed(1)} | ${number(strikes)} | ${number(flightsRead)} |`,
      );
    }
  }
}

/** Bars of tasks run, cycle by cycle, with what readers saw written under them. */
function draw(rows) {
  const most = Math.max(...rows.static.map(({ tasks }) => tasks));
  const whole = Math.max(...rows.dynamic.map(({ strikes }) => strikes));
  const width = 120;
  const parts = cycles.map(({ name }, index) => {
    const x = 40 + index * width;
    const bars = ["dynamic", "static"].map((kind, at) => {
      const { tasks, strikes } = rows[kind][index];
      const height = Math.round((tasks / most) * 160);
      const isWrong = strikes < whole;
      const left = x + at * 44;
      return (
        `<rect x="${left}" y="${200 - height}" width="38" height="${height}" class="${isWrong ? "wrong" : kind}"/>` +
        `<text x="${left + 19}" y="${194 - height}" class="n">${tasks}</text>`
      );
    });
    return `${bars.join("")}<text x="${x + 41}" y="220" class="c">${name}</text>`;
  });
  const total = (kind) => rows[kind].reduce((sum, { tasks }) => sum + tasks, 0);
  const legend =
    `<rect x="40" y="240" width="12" height="12" class="dynamic"/><text x="58" y="251">as the rules decide: ${total("dynamic")} tasks</text>` +
    `<rect x="240" y="240" width="12" height="12" class="static"/><text x="258" y="251">a fixed graph: ${total("static")} tasks</text>` +
    `<rect x="420" y="240" width="12" height="12" class="wrong"/><text x="438" y="251">readers see half of the bird strikes</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 264" role="img">
<title>Tasks run in each cycle, as the rules decide and as a fixed graph does</title>
<style>text{font:12px system-ui,sans-serif;fill:#57606a}.n,.c{text-anchor:middle}.dynamic{fill:#2f81f7}.static{fill:#afb8c1}.wrong{fill:#cf222e}</style>
<line x1="30" y1="200" x2="640" y2="200" stroke="#afb8c1"/>
${parts.join("\n")}
${legend}
</svg>
`;
}
