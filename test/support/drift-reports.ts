import type { NegotiationResponse } from "../../src/core/routes/negotiation.ts";
import type { SchemaChange } from "../../src/core/schema/schema-change.ts";
import { hashText } from "../../src/core/std/hash.ts";
import type { DriftReport, NegotiationReport } from "../../src/engine/drift-report.ts";
import type { QuarantineRowsReport, ReleaseReport } from "../../src/engine/quarantine-report.ts";
import type { QuarantineSummary } from "../../src/ports/quarantine.ts";
import { hourMs, noon } from "./decide-fixture.ts";

const versions = ["first", "second", "third"].map(hashText);
const [first = "", second = "", third = ""] = versions;
const format = { isZeroPadded: null, timestamps: null, decimalMark: null };

/** One change of each kind. */
export const everyChange: readonly SchemaChange[] = [
  { kind: "replaced", column: "" },
  { kind: "key", column: "", before: ["id"], after: ["id", "day"] },
  { kind: "key", column: "", before: [], after: ["id"] },
  { kind: "key", column: "", before: ["id"], after: [] },
  { kind: "dropped", column: "Note", type: "VARCHAR", nullable: true },
  { kind: "renamed", column: "Province/State", to: "Province_State", confidence: 0.973 },
  { kind: "renamed", column: "Lat", to: "lat", confidence: 1 },
  {
    kind: "retyped",
    column: "Active",
    before: "BIGINT",
    after: "VARCHAR",
    isLossy: true,
  },
  { kind: "narrowed", column: "Deaths", before: "BIGINT", after: "INTEGER", isLossy: true },
  { kind: "widened", column: "Lat", before: "DECIMAL(9,6)", after: "DOUBLE", isLossy: true },
  { kind: "widened", column: "Confirmed", before: "INTEGER", after: "BIGINT", isLossy: false },
  { kind: "nullability", column: "FIPS", before: false, after: true },
  { kind: "nullability", column: "FIPS", before: true, after: false },
  {
    kind: "values",
    column: "status",
    before: ["open", "paid"],
    after: ["open", "refunded", "lost", "found", "held", "sold", "kept", "sent"],
  },
  {
    kind: "format",
    column: "FIPS",
    before: { ...format, isZeroPadded: true },
    after: { ...format, isZeroPadded: false },
  },
  {
    kind: "format",
    column: "Last_Update",
    before: { ...format, timestamps: ["M/D/YYYY H:mm"] },
    after: { ...format, timestamps: ["YYYY-MM-DD HH:mm:ss"] },
  },
  {
    kind: "format",
    column: "Rate",
    before: { ...format, decimalMark: "." },
    after: { ...format, decimalMark: "," },
  },
  {
    kind: "nested",
    column: "address",
    path: "address.zip",
    inner: { kind: "added", type: "VARCHAR", position: 2 },
  },
  {
    kind: "nested",
    column: "items",
    path: "items[].sku",
    inner: { kind: "renamed", to: "article", confidence: 0.8 },
  },
  {
    kind: "nested",
    column: "items",
    path: "items[].count",
    inner: { kind: "retyped", before: "BIGINT", after: "VARCHAR", isLossy: true },
  },
  {
    kind: "nested",
    column: "items",
    path: "items[].price",
    inner: { kind: "reordered", before: 0, after: 2 },
  },
  { kind: "added", column: "Admin2", type: "VARCHAR", nullable: true, position: 1 },
  { kind: "added", column: "id\u001b[2J", type: "BIGINT", nullable: false, position: 12 },
  { kind: "reordered", column: "Last_Update", before: 2, after: 0 },
];

/** Two steps of one source and one of another: every route, and one that nothing reads. */
export function salesDrifts(): readonly DriftReport[] {
  return [
    {
      source: "sales",
      from: first,
      to: second,
      at: noon - 50 * hourMs,
      run: "20251230T100000-0b11",
      origin: "daily/2025-12-30.csv",
      changes: [
        { kind: "renamed", column: "Province/State", to: "Province_State", confidence: 0.973 },
        { kind: "added", column: "FIPS", type: "VARCHAR", nullable: true, position: 0 },
      ],
      routes: [
        {
          subject: "by_day",
          route: "pass",
          rule: "default/pass-unused",
          score: 1,
          gate: "safe",
          touched: [],
        },
        {
          subject: "by_province",
          route: "adapt",
          rule: "default/adapt-renames",
          score: 0.939,
          gate: "rewritable",
          touched: [
            "raw.sales.Province/State: it hands on the column under its old name",
            "ends in by_province: its output column keeps its name and type",
          ],
        },
      ],
    },
    {
      source: "sales",
      from: second,
      to: third,
      at: noon - 2 * hourMs,
      run: null,
      origin: "daily/2026-01-01.csv",
      changes: [
        { kind: "retyped", column: "Amount", before: "BIGINT", after: "VARCHAR", isLossy: true },
        { kind: "dropped", column: "Order", type: "BIGINT", nullable: false },
      ],
      routes: [
        {
          subject: "by_day",
          route: "negotiate",
          rule: "default/ask-before-loss",
          score: 0.001,
          gate: "breaks",
          touched: ["raw.sales.Amount: it adds up the values, and text cannot be added"],
        },
        {
          subject: "by_order",
          route: "isolate",
          rule: null,
          score: 0,
          gate: "corrupts",
          touched: ["raw.sales.Order: it joins on the column, which is gone"],
        },
      ],
    },
    {
      source: "weather",
      from: first,
      to: third,
      at: noon - hourMs,
      run: "20260101T100000-1c22",
      origin: "",
      changes: [{ kind: "added", column: "wind", type: "DOUBLE", nullable: true, position: 5 }],
      routes: [],
    },
  ];
}

/** A proposal that waits for an answer. */
export function openNegotiation(): NegotiationReport {
  const id = hashText("negotiation");
  return {
    id,
    source: "sales",
    from: second,
    to: third,
    changes: salesDrifts()[1]?.changes ?? [],
    affected: [
      { model: "by_day", owner: "finance", tier: 0, gate: "breaks", score: 0.001, evidence: 1 },
      { model: "by_order", owner: null, tier: 2, gate: "corrupts", score: 0, evidence: 2 },
    ],
    proposed: "adapt",
    meanwhile: "last_good",
    openedAt: noon - 2 * hourMs,
    deadline: noon + 70 * hourMs,
    otherwise: "reject",
    by: "default/ask-before-loss",
    responses: [],
    status: "open",
    options: [
      "sluice negotiate accept 0a1b: each model concerned reads the old shape, through a view.",
      "sluice negotiate reject 0a1b: the models concerned stay stopped, and data lands in raw.",
    ],
  };
}

/** The same with an answer. */
export function answeredNegotiation(response: NegotiationResponse): NegotiationReport {
  return {
    ...openNegotiation(),
    status: response.answer === "reject" ? "rejected" : "accepted",
    responses: [response],
  };
}

/** One of each status. */
export function salesNegotiations(): readonly NegotiationReport[] {
  const response = { by: "ada", at: noon - hourMs, reason: null } as const;
  const changed = (name: string, report: NegotiationReport) => ({ ...report, id: hashText(name) });
  return [
    openNegotiation(),
    changed("a", answeredNegotiation({ ...response, answer: "accept", route: "pass" })),
    changed("b", answeredNegotiation({ ...response, answer: "reject", route: null })),
    {
      ...changed("c", openNegotiation()),
      status: "expired",
      source: "weather",
      deadline: noon - hourMs,
    },
  ];
}

/** Rows of two sources, for several reasons. */
export function quarantinedSales(): readonly QuarantineSummary[] {
  return [
    {
      source: "sales",
      rows: 1_203,
      reasons: [
        { column: "Amount", reason: "does not fit BIGINT", rows: 1_200 },
        { column: null, reason: "gate positive_amount", rows: 3 },
      ],
      firstAt: noon - 50 * hourMs,
      lastAt: noon - 2 * hourMs,
    },
    {
      source: "weather",
      rows: 1,
      reasons: [{ column: "wind", reason: "does not fit DOUBLE", rows: 1 }],
      firstAt: noon - hourMs,
      lastAt: noon - hourMs,
    },
  ];
}

/** Two of those rows. */
export function quarantinedSalesRows(): QuarantineRowsReport {
  return {
    source: "sales",
    rowsTotal: 1_203,
    rows: [
      {
        column: "Amount",
        value: "12,5\u001b[2J",
        reason: "does not fit BIGINT",
        run: "20260101T100000-1c22",
        at: noon - 2 * hourMs,
        raw: '{"Order": "7", "Amount": "12,5"}',
      },
      {
        column: null,
        value: null,
        reason: "gate positive_amount",
        run: "20251230T100000-0b11",
        at: noon - 50 * hourMs,
        raw: '{"Order": "8", "Amount": "-3"}',
      },
    ],
  };
}

/** A release of most of them. */
export function releasedSales(): ReleaseReport {
  return {
    source: "sales",
    rowsReleased: 1_200,
    rowsKept: 3,
    kept: [{ column: null, reason: "gate positive_amount", rows: 3 }],
  };
}
