import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { renderCheck } from "../../src/cli/render/render-check.ts";
import { renderDiff } from "../../src/cli/render/render-diff.ts";
import { renderDoctor } from "../../src/cli/render/render-doctor.ts";
import { renderPlan } from "../../src/cli/render/render-plan.ts";
import { renderPrune } from "../../src/cli/render/render-prune.ts";
import { renderReplay } from "../../src/cli/render/render-replay.ts";
import { renderRows } from "../../src/cli/render/render-rows.ts";
import { renderRun } from "../../src/cli/render/render-run.ts";
import { renderRuns } from "../../src/cli/render/render-runs.ts";
import { renderSent, renderSignals } from "../../src/cli/render/render-signals.ts";
import { renderSimulation } from "../../src/cli/render/render-simulation.ts";
import { renderSources } from "../../src/cli/render/render-sources.ts";
import { renderWhy } from "../../src/cli/render/render-why.ts";
import { displayWidth } from "../../src/cli/text/display-width.ts";
import type { Style } from "../../src/cli/text/style.ts";
import { explainTask } from "../../src/core/decide/why.ts";
import { present } from "../../src/core/std/assert.ts";
import {
  agedPrune,
  brokenCheck,
  flightsDiff,
  flightsDoctor,
  flightsRows,
  flightsRun,
  flightsRuns,
  flightsSources,
  idleRun,
  manyTasksRun,
  nothingToPrune,
  revisedReplay,
  revisedRun,
} from "../support/cli-reports.ts";
import { colorStyle, plainStyle } from "../support/cli-style.ts";
import { degradedRun, guardedDecided, guardedPlan } from "../support/guarded-plan.ts";
import { flightsDecided, flightsPlan, upToDatePlan, widePlan } from "../support/plan-report.ts";
import { flightsSignals, sentFreeze } from "../support/signal-reports.ts";
import { lateOrders } from "../support/simulation-report.ts";

const why = (task: string) => present(explainTask(flightsDecided(), task), task);

const whyGuarded = (task: string) => present(explainTask(guardedDecided(), task), task);

const screens: Readonly<Record<string, (style: Style) => readonly string[]>> = {
  "plan.txt": (style) => renderPlan(flightsPlan(), style, false),
  "plan-full.txt": (style) => renderPlan(flightsPlan(), style, true),
  "plan-up-to-date.txt": (style) => renderPlan(upToDatePlan(), style, false),
  "plan-guarded.txt": (style) => renderPlan(guardedPlan(), style, false),
  "plan-guarded-full.txt": (style) => renderPlan(guardedPlan(), style, true),
  "run-degraded.txt": (style) => renderRun(degradedRun(flightsRun()), style, false),
  "why-condemned.txt": (style) => renderWhy(whyGuarded("refunds.load"), style),
  "why-degraded.txt": (style) => renderWhy(whyGuarded("revenue.transform"), style),
  "run.txt": (style) => renderRun(flightsRun(), style, false),
  "run-full.txt": (style) => renderRun(flightsRun(), style, true),
  "run-idle.txt": (style) => renderRun(idleRun(), style, false),
  "run-revised.txt": (style) => renderRun(revisedRun(), style, false),
  "replay-revised.txt": (style) => renderReplay(revisedReplay(), style),
  "run-many.txt": (style) => renderRun(manyTasksRun(), style, false),
  "runs.txt": (style) => renderRuns(flightsRuns(), style),
  "runs-none.txt": (style) => renderRuns([], style),
  "why-rule.txt": (style) => renderWhy(why("notes.load"), style),
  "why-upstream.txt": (style) => renderWhy(why("revenue.transform"), style),
  "why-up-to-date.txt": (style) => renderWhy(why("strikes_by_state.transform"), style),
  "why-active.txt": (style) => renderWhy(why("daily_delays.check"), style),
  "diff.txt": (style) => renderDiff(flightsDiff(), style),
  "sources.txt": (style) => renderSources(flightsSources(), style),
  "doctor.txt": (style) => renderDoctor(flightsDoctor(), style),
  "check.txt": (style) => renderCheck(brokenCheck(), style),
  "signals.txt": (style) => renderSignals(flightsSignals(), style),
  "signals-none.txt": (style) => renderSignals({ ...flightsSignals(), signals: [] }, style),
  "simulation.txt": (style) => renderSimulation(lateOrders(), style),
  "signal.txt": (style) => renderSent(sentFreeze(), style),
  "prune.txt": (style) => renderPrune(agedPrune(false), style),
  "prune-dry-run.txt": (style) => renderPrune(agedPrune(true), style),
  "prune-nothing.txt": (style) => renderPrune(nothingToPrune(), style),
  "rows.txt": (style) => renderRows(flightsRows(), style),
  "replay.txt": (style) =>
    renderReplay(
      {
        run: "r1",
        blueprint: "a".repeat(64),
        recomputed: "b".repeat(64),
        identical: false,
        revisions: [],
      },
      style,
    ),
};

describe("what people see", () => {
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

test("a plan of two thousand sources names each of them", () => {
  const text = renderPlan(widePlan(2_000), plainStyle, false).join("\n");
  expect(text).toContain("feed_0 ");
  expect(text).toContain("feed_1999 ");
});

test("without a terminal nothing is cut or wrapped", () => {
  const lines = renderPlan(flightsPlan(), { ...plainStyle, width: Infinity }, false);
  expect(lines.some((line) => displayWidth(line) > 100)).toBe(true);
});
