import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openNegotiation, salesDrifts } from "../../test/support/drift-reports.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { sqliteCatalogs } from "../catalogs/sqlite/sqlite-catalogs.ts";
import type { Negotiation } from "../core/routes/negotiation.ts";
import { hashText } from "../core/std/hash.ts";
import { writeDriftNotes } from "./drift-notes.ts";
import { answerNegotiation, readNegotiation, readNegotiations } from "./negotiation-reports.ts";
import { readDrifts } from "./read-drifts.ts";

const { status: _status, options: _options, ...proposal } = openNegotiation();
const at = proposal.openedAt + 1;
const accept = { answer: "accept", route: null, by: "ada", reason: null } as const;

function named(name: string, more: Partial<Negotiation> = {}): Negotiation {
  return { ...proposal, ...more, id: hashText(name) };
}

async function withNegotiations<T>(
  negotiations: readonly Negotiation[],
  use: (catalog: Awaited<ReturnType<typeof sqliteCatalogs.openWriter>>) => Promise<T>,
): Promise<T> {
  using folder = temporaryFolder();
  await using catalog = await sqliteCatalogs.openWriter(join(folder.path, "catalog.db"), "test");
  await writeDriftNotes(catalog, {
    negotiations: new Map(negotiations.map((one) => [one.id, one])),
  });
  return await use(catalog);
}

describe("negotiations", () => {
  test("are listed with those that are open first, then the newest", async () => {
    const answer = { ...accept, at };
    const listed = await withNegotiations(
      [
        named("answered", { openedAt: at + 5, responses: [answer] }),
        named("older", { openedAt: at - 5 }),
        named("newer", { openedAt: at }),
        named("expired", { deadline: at - 1 }),
      ],
      (catalog) => readNegotiations(catalog, at),
    );
    expect(listed.map(({ id, status }) => [id, status])).toEqual([
      [hashText("newer"), "open"],
      [hashText("older"), "open"],
      [hashText("answered"), "accepted"],
      [hashText("expired"), "expired"],
    ]);
  });

  test("are none without a catalog", async () => {
    expect(await readNegotiations(null, at)).toEqual([]);
    expect(await readDrifts(null, undefined)).toEqual([]);
    expect(await readDrifts(null, "sales")).toBeNull();
  });

  test("are found by the start of an id that only one has", async () => {
    const [left, right] = [hashText("a"), hashText("b")];
    const all = [named("a"), named("b")];
    expect(left.slice(0, 1)).not.toBe(right.slice(0, 1));
    await withNegotiations(all, async (catalog) => {
      const found = await readNegotiation(catalog, left.slice(0, 4).toUpperCase(), at);
      expect(found.id).toBe(left);
      await expect(readNegotiation(catalog, "zzz", at)).rejects.toMatchObject({
        code: "NOT_FOUND",
        hint: expect.stringContaining("negotiate list"),
      });
      await expect(readNegotiation(catalog, "", at)).rejects.toMatchObject({
        code: "NOT_FOUND",
        message: expect.stringContaining("2 negotiations begin with"),
      });
    });
  });

  test("keep every answer, and the last one counts", async () => {
    await withNegotiations([named("a"), named("b")], async (catalog) => {
      const id = hashText("a");
      const rejected = { ...accept, answer: "reject", route: "pass" } as const;
      const countered = { ...accept, answer: "counter", route: "adapt" } as const;
      expect((await answerNegotiation(catalog, id, { given: accept, at })).status).toBe("accepted");
      const second = await answerNegotiation(catalog, id, { given: rejected, at: at + 1 });
      expect(second).toMatchObject({ status: "rejected" });
      await answerNegotiation(catalog, id, { given: countered, at: at + 2 });
      const now = await readNegotiation(catalog, id, at + 3);
      expect(now.status).toBe("accepted");
      expect(now.responses).toEqual([
        { ...accept, at },
        { ...rejected, route: null, at: at + 1 },
        { ...countered, at: at + 2 },
      ]);
      expect((await readNegotiation(catalog, hashText("b"), at)).responses).toEqual([]);
    });
  });

  test("take no counter-proposal without a route", async () => {
    await withNegotiations([named("a")], async (catalog) => {
      const given = { ...accept, answer: "counter" } as const;
      await expect(answerNegotiation(catalog, hashText("a"), { given, at })).rejects.toMatchObject({
        code: "USAGE_INVALID",
      });
      expect((await readNegotiation(catalog, hashText("a"), at)).responses).toEqual([]);
    });
  });
});

test("drifts are told the oldest first, with the routes that were taken", async () => {
  using folder = temporaryFolder();
  await using catalog = await sqliteCatalogs.openWriter(join(folder.path, "catalog.db"), "test");
  const reports = salesDrifts();
  const version = {
    id: hashText("v"),
    columns: [],
    key: [],
    evidence: { kind: "declared" },
    origin: "",
  } as const;
  const ids = reports.map((_, index) => hashText(`drift ${index}`));
  const stepsOf = (source: string) =>
    reports.flatMap(({ routes: _routes, ...drift }, index) =>
      drift.source === source ? [{ ...drift, id: ids[index] ?? "" }] : [],
    );
  const history = (source: string) => ({
    source,
    versions: [{ version, at, run: null }],
    drifts: stepsOf(source),
  });
  await writeDriftNotes(catalog, {
    histories: new Map([
      ["weather", history("weather")],
      ["sales", history("sales")],
    ]),
    routes: new Map(reports.map(({ routes }, index) => [ids[index] ?? "", routes])),
  });
  expect(await readDrifts(catalog, undefined)).toEqual(reports);
  expect(await readDrifts(catalog, "weather")).toEqual(reports.slice(2));
  expect(await readDrifts(catalog, "none")).toBeNull();
});
