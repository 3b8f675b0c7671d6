/**
 * A process that changes a shop for as long as it lives: tables of a PostgreSQL server, and files
 * of a folder. `node shop-writer.mjs <connection as JSON> <folder> <seed>`. The line `pause` on
 * stdin lets it finish what it does and answer `paused`; `go` lets it go on. It ends with stdin.
 *
 * Every change of the tables is a transaction, and every file is written under another name and
 * renamed, as those do who want to be read meanwhile.
 */
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Client } from "pg";

const [connection, folder, seed] = process.argv.slice(2);
const client = new Client(JSON.parse(connection));
await client.connect();
let state = Number(seed) >>> 0;
let isPaused = false;
let answer = null;
createInterface({ input: process.stdin }).on("line", (line) => {
  isPaused = line === "pause";
  answer = isPaused ? "paused" : "gone on";
});
process.stdin.on("end", () => process.exit(0));

const stations = new Map(Array.from({ length: 60 }, (_, id) => [id, 0]));
let steps = 0;
await turn();

/** One change, and then the next a moment later: the machine is for those who read. */
async function turn() {
  if (answer !== null && steps > 0) {
    process.stdout.write(`${answer}\n`);
    answer = null;
  }
  if (!isPaused) {
    steps += 1;
    await changeTables(steps);
    if (steps % 6 === 1) changeFiles(steps);
  }
  setTimeout(goOn, isPaused ? 5 : 25);
}

function goOn() {
  turn().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
}

/** From 0 up to `below`. */
function random(below) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

async function changeTables(step) {
  const id = random(400);
  const statements = [
    `INSERT INTO events (what) SELECT 'step ${step} ' || g FROM generate_series(1, ${1 + random(20)}) g`,
    `INSERT INTO accounts (id, balance, note) VALUES (${id}, ${step}, 'opened')
     ON CONFLICT (id) DO UPDATE SET balance = accounts.balance + 1, note = 'step ${step}'`,
    `UPDATE items SET price = price + 1 WHERE id % 50 = ${id % 50}`,
    `DELETE FROM items WHERE id = ${id}`,
    `INSERT INTO items VALUES (${id}, 'item ''${id}''', ${step}) ON CONFLICT DO NOTHING`,
    `UPDATE sales SET amount = amount + 1 WHERE day = DATE '2026-01-01' + ${id % 12}`,
    `INSERT INTO sales VALUES (${step + 1_000_000}, DATE '2026-01-01' + ${id % 12}, ${id})`,
    `DELETE FROM sales WHERE id % 97 = ${id % 97}`,
    `INSERT INTO prices VALUES (${id}, ${step}) ON CONFLICT (id) DO UPDATE SET price = excluded.price`,
    `DELETE FROM prices WHERE id = ${(id * 7) % 400}`,
  ];
  const some = statements.filter(() => random(3) > 0);
  await client.query(`BEGIN; ${some.join("; ")}; COMMIT`);
}

function changeFiles(step) {
  writeWhole("feed.csv", `id,v\n${rowsOf(200, (n) => `${n},${step + (n % 3)}`)}`);
  stations.set(random(90), step);
  writeWhole(
    "stations.csv",
    `id,version\n${[...stations].map(([id, version]) => `${id},${version}\n`).join("")}`,
  );
  const day = random(9);
  writeWhole(`day-${day}.csv`, `day,n\n${rowsOf(20 + random(20), (n) => `${day},${step + n}`)}`);
  if (step % 5 === 0) stations.delete(random(60));
  // One now and then: files that are appended stay, and a campaign is long.
  if (step % 120 !== 1) return;
  writeWhole(
    `log-${String(step).padStart(7, "0")}.csv`,
    `step,line\n${rowsOf(5, (n) => `${step},line ${n}`)}`,
  );
}

function rowsOf(count, line) {
  return Array.from({ length: count }, (_, n) => `${line(n)}\n`).join("");
}

function writeWhole(name, text) {
  writeFileSync(join(folder, `.${name}`), text);
  renameSync(join(folder, `.${name}`), join(folder, name));
}
