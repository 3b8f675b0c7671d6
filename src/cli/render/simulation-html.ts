import type { SimulationReport } from "../../core/scenarios/simulation-report.ts";
import { changeText, comparedFigures } from "./render-simulation.ts";
import { escaped, simulationSvg } from "./simulation-svg.ts";

/** A page that stands by itself: the charts, and under them the same figures as a table. */
export function simulationHtml(report: SimulationReport): string {
  const { scenario, variants, violations } = report;
  const [first, second] = variants;
  const rows = comparedFigures(variants).map((figure) => {
    const cells = variants.map((variant) => {
      const value = figure.amountOf(variant);
      return `<td>${value === null ? "none" : escaped(figure.format(value))}</td>`;
    });
    const change =
      first === undefined || second === undefined ? "" : changeText(figure, first, second);
    return `<tr><th scope="row">${escaped(figure.title)}</th>${cells.join("")}<td>${escaped(change)}</td></tr>`;
  });
  const heads = variants.map(({ name }) => `<th scope="col">${escaped(name)}</th>`);
  const broken = violations.map(
    ({ variant, invariant, detail }) =>
      `<li><strong>${escaped(variant)}</strong>: ${escaped(invariant)} does not hold: ${escaped(detail)}</li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(scenario)}: a simulation</title>
<style>
body { font-family: system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1b1f24; }
svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; margin-top: 1.5rem; }
th, td { padding: 0.3rem 0.8rem; text-align: right; border-bottom: 1px solid #d0d7de; }
th[scope="row"] { text-align: left; font-weight: 400; }
</style>
</head>
<body>
<h1>${escaped(scenario)}</h1>
${simulationSvg(report)}
<table>
<caption>The same figures</caption>
<thead><tr><th></th>${heads.join("")}<th></th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
${broken.length === 0 ? "<p>Everything that must hold held after every event.</p>" : `<h2>What did not hold</h2>\n<ul>\n${broken.join("\n")}\n</ul>`}
</body>
</html>
`;
}
