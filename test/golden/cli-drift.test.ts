import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { changeLines } from "../../src/cli/render/change-lines.ts";
import { renderDrifts } from "../../src/cli/render/render-drifts.ts";
import { renderAnswer, renderNegotiation } from "../../src/cli/render/render-negotiation.ts";
import { renderNegotiations } from "../../src/cli/render/render-negotiations.ts";
import { renderPlan } from "../../src/cli/render/render-plan.ts";
import { renderQuarantine } from "../../src/cli/render/render-quarantine.ts";
import { renderQuarantinedRows } from "../../src/cli/render/render-quarantined-rows.ts";
import { renderRelease } from "../../src/cli/render/render-release.ts";
import { renderSchemaDiff } from "../../src/cli/render/render-schema-diff.ts";
import { renderWhy } from "../../src/cli/render/render-why.ts";
import { displayWidth } from "../../src/cli/text/display-width.ts";
import type { Style } from "../../src/cli/text/style.ts";
import { explainTask } from "../../src/core/decide/why.ts";
import { changeKinds } from "../../src/core/schema/schema-change.ts";
import { present } from "../../src/core/std/assert.ts";
import { colorStyle, plainStyle } from "../support/cli-style.ts";
import { noon } from "../support/decide-fixture.ts";
import { driftDecided, driftPlan } from "../support/drift-plan.ts";
import {
  answeredNegotiation,
  everyChange,
  openNegotiation,
  quarantinedSales,
  quarantinedSalesRows,
  releasedSales,
  salesDrifts,
  salesNegotiations,
} from "../support/drift-reports.ts";
import { ordersDiff } from "../support/orders-schemas.ts";

const why = (task: string) => present(explainTask(driftDecided(), task), task);

const countered = () =>
  answeredNegotiation({
    answer: "counter",
    route: "pass",
    by: "ada",
    at: noon,
    reason: "the till writes text now",
  });

const screens: Readonly<Record<string, (style: Style) => readonly string[]>> = {
  "changes.txt": (style) => changeLines(everyChange, "", style),
  "drift.txt": (style) => renderDrifts(salesDrifts(), null, style),
  "drift-none.txt": (style) => renderDrifts([], "sales", style),
  "negotiations.txt": (style) => renderNegotiations(salesNegotiations(), style),
  "negotiations-none.txt": (style) => renderNegotiations([], style),
  "negotiation.txt": (style) => renderNegotiation(openNegotiation(), style),
  "negotiation-answered.txt": (style) => renderNegotiation(countered(), style),
  "negotiation-answer.txt": (style) => renderAnswer(countered(), style),
  "quarantine.txt": (style) => renderQuarantine(quarantinedSales(), style),
  "quarantine-none.txt": (style) => renderQuarantine([], style),
  "quarantine-rows.txt": (style) => renderQuarantinedRows(quarantinedSalesRows(), style),
  "quarantine-release.txt": (style) => renderRelease(releasedSales(), style),
  "quarantine-release-none.txt": (style) =>
    renderRelease({ source: "sales", rowsReleased: 0, rowsKept: 0, kept: [] }, style),
  "plan-drift.txt": (style) => renderPlan(driftPlan(), style, false),
  "plan-drift-full.txt": (style) => renderPlan(driftPlan(), style, true),
  "why-adapted.txt": (style) => renderWhy(why("by_province.transform"), style),
  "why-negotiated.txt": (style) => renderWhy(why("revenue.transform"), style),
  "schema-diff.txt": (style) => renderSchemaDiff(ordersDiff(), style),
};

describe("what people see of drift", () => {
  test.each(Object.entries(screens))("%s is as reviewed", async (name, render) => {
    await expect(`${render(plainStyle).join("\n")}\n`).toMatchFileSnapshot(`cli/${name}`);
  });

  test.each(Object.entries(screens))("%s says the same with and without colour", (_, render) => {
    const uncolored = render(colorStyle).map((line) => stripVTControlCharacters(line));
    expect(uncolored).toEqual(render(plainStyle));
  });

  test.each(Object.entries(screens))("%s has no line with space at its end", (_, render) => {
    expect(render(plainStyle).filter((line) => line !== line.trimEnd())).toEqual([]);
  });

  test.each(Object.entries(screens))("%s fits a terminal of 100 columns", (_, render) => {
    const wide = render(plainStyle).filter((line) => displayWidth(line) > plainStyle.width);
    expect(wide).toEqual([]);
  });
});

test("every kind of change has its words", () => {
  expect(new Set(everyChange.map(({ kind }) => kind))).toEqual(new Set(changeKinds));
});

test("of many changes of one kind the rest is counted", () => {
  const added = Array.from({ length: 500 }, (_, position) => ({
    kind: "added" as const,
    column: `day_${position}`,
    type: "BIGINT",
    nullable: true,
    position,
  }));
  const lines = changeLines(added, "", plainStyle);
  expect(lines).toHaveLength(13);
  expect(lines.at(-1)).toBe("  and 488 more added");
});
