import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { beforeAll, describe, expect, test } from "vitest";
import { isWider, textCast } from "./column-cast.ts";
import { toJson } from "./duckdb-value.ts";
import { literal } from "./quote-duckdb.ts";

describe("textCast", () => {
  let connection: DuckDBConnection;
  beforeAll(async () => {
    connection = await (await DuckDBInstance.create(":memory:")).connect();
    await connection.run("SET TimeZone = 'UTC'");
  });
  const judge = async (type: string, text: string) => {
    const cast = textCast("t", type);
    if (cast === null) throw new Error(`${type} is converted by the reader`);
    const answer = await connection.runAndReadAll(
      `SELECT CASE WHEN ${cast.isLossy} THEN 'lossy' ELSE CAST(${cast.value} AS VARCHAR) END
       FROM (SELECT ${literal(text)} AS t)`,
    );
    return toJson(answer.getRows()[0]?.[0] ?? null);
  };

  test.each([
    ["BIGINT", "3.7", "lossy"],
    ["BIGINT", "12.0", "12"],
    ["BIGINT", "12.", "12"],
    ["BIGINT", "1e3", "1000"],
    ["BIGINT", "1.5e1", "15"],
    ["BIGINT", "15e-1", "lossy"],
    ["BIGINT", "0.99999999999999999999999", "lossy"],
    ["BIGINT", "9223372036854775807", "9223372036854775807"],
    ["UTINYINT", "2.5", "lossy"],
    ["DECIMAL(10,2)", "1.25", "1.25"],
    ["DECIMAL(10,2)", "1.2500", "1.25"],
    ["DECIMAL(10,2)", "1.251", "lossy"],
    ["DECIMAL(10,2)", "1e-3", "lossy"],
    ["DOUBLE", "0.1", "0.1"],
    ["DOUBLE", "NaN", "nan"],
    ["DOUBLE", "9007199254740992", "9007199254740992.0"],
    ["DOUBLE", "9007199254740993", "lossy"],
    ["DOUBLE", "12345678901234567890123456789012345678901", "lossy"],
    ["DOUBLE", "1.2345678901234568e+16", "1.2345678901234568e+16"],
    ["DATE", "2020-01-31", "2020-01-31"],
    ["DATE", "2020-01-31 00:00:00", "2020-01-31"],
    ["DATE", "2020-01-31 12:00", "lossy"],
    ["DATE", "2020-01-31x", "lossy"],
    ["DATE", "0044-03-15 (BC)", "0044-03-15 (BC)"],
    ["DATE", "294276-01-01", "294276-01-01"],
    ["TIMESTAMP", "2020-01-31 10:00:00.123456", "2020-01-31 10:00:00.123456"],
    ["TIMESTAMP", "2020-01-31 10:00:00.123456000", "2020-01-31 10:00:00.123456"],
    ["TIMESTAMP", "2020-01-31 10:00:00.1234567", "lossy"],
    ["TIMESTAMP", "2020-01-31T10:00:00+02:00", "lossy"],
    ["TIMESTAMP", "2020-01-31 10:00+02", "lossy"],
    ["TIMESTAMP", "2020-01-31T10:00:00Z", "2020-01-31 10:00:00"],
    ["TIMESTAMP", "2020-01-31", "2020-01-31 00:00:00"],
    ["TIMESTAMP WITH TIME ZONE", "2020-01-31 10:00:00+02", "2020-01-31 08:00:00+00"],
    ["TIMESTAMP WITH TIME ZONE", "2020-01-31 10:00:00.1234567+02", "lossy"],
    ["TIME", "10:00:00.123456", "10:00:00.123456"],
    ["TIME", "10:00:00.1234567", "lossy"],
    ["BLOB", "\\xdeadbeef", "\\xDE\\xAD\\xBE\\xEF"],
    ["BLOB", "\\xdeadbee", "lossy"],
    ["BLOB", "hello", "lossy"],
  ])("%s of %s is %s", async (type, text, expected) => {
    expect(await judge(type, text)).toBe(expected);
  });
});

describe("isWider", () => {
  test.each([
    ["INTEGER", "BIGINT", true],
    ["BIGINT", "INTEGER", false],
    ["UINTEGER", "BIGINT", true],
    ["UINTEGER", "INTEGER", false],
    ["INTEGER", "UBIGINT", false],
    ["UBIGINT", "HUGEINT", true],
    ["INTEGER", "DOUBLE", true],
    ["BIGINT", "DOUBLE", false],
    ["SMALLINT", "FLOAT", true],
    ["BIGINT", "DECIMAL(19,0)", true],
    ["BIGINT", "DECIMAL(20,2)", false],
    ["DECIMAL(10,2)", "DECIMAL(12,4)", true],
    ["DECIMAL(10,2)", "DECIMAL(10,4)", false],
    ["DECIMAL(10,2)", "DOUBLE", false],
    ["FLOAT", "DOUBLE", true],
    ["DATE", "TIMESTAMP", true],
    ["TIMESTAMP", "DATE", false],
    ["TIMESTAMP", "TIMESTAMP WITH TIME ZONE", false],
    ["BIGINT", "VARCHAR", false],
    ["VARCHAR", "VARCHAR", true],
  ])("every %s is a %s: %s", (from, to, expected) => {
    expect(isWider(from, to)).toBe(expected);
  });
});
