import { expect, test } from "vitest";
import { simulationHtml } from "../../src/cli/render/simulation-html.ts";
import { simulationSvg } from "../../src/cli/render/simulation-svg.ts";
import { lateOrders } from "../support/simulation-report.ts";

test("the charts of a comparison are as reviewed", async () => {
  await expect(simulationSvg(lateOrders())).toMatchFileSnapshot("cli/simulation.svg");
});

test("the charts say in words what they show", () => {
  const text = /<desc id="desc">(.*)<\/desc>/.exec(simulationSvg(lateOrders()))?.[1];
  expect(text).toContain("bad rows served: current 0, static 1,240");
});

test("a page has the figures as a table too, and asks nothing of anyone", () => {
  const page = simulationHtml(lateOrders());
  expect(page).toContain('<th scope="row">SLA misses</th><td>1</td><td>4</td>');
  expect(page).toContain("default-src 'none'");
  expect(page.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|<script/);
});

test("names in a page are text", () => {
  const report = { ...lateOrders(), scenario: '<img src=x onerror="1">' };
  expect(simulationHtml(report)).not.toContain("<img");
});
