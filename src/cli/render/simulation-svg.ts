import type { SimulationReport, VariantReport } from "../../core/scenarios/simulation-report.ts";
import { type ComparedFigure, changeText, comparedFigures } from "./render-simulation.ts";

/** Patterns tell variants apart as well as colours do, and stay apart in black and white. */
const looks = [
  { fill: "#1f6f8b", pattern: null },
  { fill: "#c98a2b", pattern: "M0 6 L6 0" },
] as const;

const width = 880;
const rowHeight = 44;
const labelWidth = 200;
const valueWidth = 190;
const barWidth = width - labelWidth - valueWidth;
const headHeight = 78;
const lineHeight = 190;

/** The comparison as charts: a pair of bars for each figure, and the work of each cycle as lines. */
export function simulationSvg(report: SimulationReport): string {
  const figures = comparedFigures(report.variants);
  const barsHeight = figures.length * rowHeight;
  const height = headHeight + barsHeight + lineHeight + 50;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title desc" font-family="system-ui, sans-serif" font-size="13">`,
    `<title id="title">${escaped(`Scenario ${report.scenario}`)}</title>`,
    `<desc id="desc">${escaped(describe(report, figures))}</desc>`,
    `<defs>${looks.map(patternOf).join("")}</defs>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="12" y="26" font-size="17" font-weight="600" fill="#1b1f24">${escaped(report.scenario)}</text>`,
    `<text x="12" y="46" fill="#57606a">${report.cycles} cycles, seed ${report.seed}</text>`,
    ...report.variants.map((variant, index) => legend(variant, index)),
    ...figures.flatMap((figure, row) => bars(report, figure, headHeight + row * rowHeight)),
    ...lines(report, headHeight + barsHeight + 20),
    "</svg>",
    "",
  ].join("\n");
}

function describe({ variants }: SimulationReport, figures: readonly ComparedFigure[]): string {
  return figures
    .map((figure) => {
      const values = variants.map((variant) => `${variant.name} ${valueText(figure, variant)}`);
      return `${figure.title}: ${values.join(", ")}`;
    })
    .join(". ");
}

function patternOf({ fill, pattern }: (typeof looks)[number], index: number): string {
  const stripes =
    pattern === null ? "" : `<path d="${pattern}" stroke="#ffffff" stroke-width="1.5"/>`;
  return `<pattern id="look${index}" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="${fill}"/>${stripes}</pattern>`;
}

function legend({ name }: VariantReport, index: number): string {
  const x = 420 + index * 230;
  return `<rect x="${x}" y="16" width="14" height="14" fill="url(#look${index})"/><text x="${x + 20}" y="28" fill="#1b1f24">${escaped(name)}</text>`;
}

function bars(
  { variants }: SimulationReport,
  figure: ComparedFigure,
  y: number,
): readonly string[] {
  const values = variants.map((variant) => figure.amountOf(variant) ?? 0);
  const largest = Math.max(...values, 1);
  const [first, second] = variants;
  const change =
    first === undefined || second === undefined ? "" : changeText(figure, first, second);
  return [
    `<text x="12" y="${y + 18}" fill="#1b1f24">${escaped(figure.title)}</text>`,
    `<text x="12" y="${y + 33}" fill="#57606a" font-size="11">${escaped(change)}</text>`,
    ...variants.map((variant, index) => {
      const length = Math.round((barWidth * (values[index] ?? 0)) / largest);
      const top = y + 6 + index * 17;
      return `<rect x="${labelWidth}" y="${top}" width="${Math.max(1, length)}" height="14" fill="url(#look${index})"/><text x="${labelWidth + length + 6}" y="${top + 11}" fill="#1b1f24" font-size="11">${escaped(valueText(figure, variant))}</text>`;
    }),
  ];
}

function valueText({ amountOf, format }: ComparedFigure, variant: VariantReport): string {
  const value = amountOf(variant);
  return value === null ? "none" : format(value);
}

/** Tasks that ran in each cycle, one line for each variant. */
function lines({ variants }: SimulationReport, y: number): readonly string[] {
  const most = Math.max(
    1,
    ...variants.flatMap(({ perCycle }) => perCycle.map((one) => one.tasksRun)),
  );
  const left = 60;
  const right = width - 20;
  const bottom = y + lineHeight - 30;
  return [
    `<text x="12" y="${y}" fill="#1b1f24">tasks run, by cycle</text>`,
    `<line x1="${left}" y1="${bottom}" x2="${right}" y2="${bottom}" stroke="#8c959f"/>`,
    `<text x="${left - 8}" y="${y + 22}" text-anchor="end" fill="#57606a" font-size="11">${most}</text>`,
    `<text x="${left - 8}" y="${bottom}" text-anchor="end" fill="#57606a" font-size="11">0</text>`,
    ...variants.map(({ perCycle }, index) => {
      const step = (right - left) / Math.max(1, perCycle.length - 1);
      const points = perCycle.map(({ tasksRun }, cycle) => {
        const height = (tasksRun / most) * (bottom - y - 18);
        return `${round(left + cycle * step)},${round(bottom - height)}`;
      });
      const dashes = index === 0 ? "" : ' stroke-dasharray="6 4"';
      const { fill } = looks[index % looks.length] ?? looks[0];
      return `<polyline points="${points.join(" ")}" fill="none" stroke="${fill}" stroke-width="2"${dashes}/>`;
    }),
  ];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Text that stands in markup. */
export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
