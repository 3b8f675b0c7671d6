import { starterConnection } from "./starter-connection.ts";
import { customersCsv, ordersCsv } from "./starter-data.ts";
import { editorSettings, gitIgnore, readme } from "./starter-extras.ts";
import { customerValueSql, dailySalesSql, paidOrdersSql } from "./starter-models.ts";
import { starterRules } from "./starter-rules.ts";
import { starterScenario } from "./starter-scenario.ts";
import { starterSettings } from "./starter-settings.ts";

/**
 * The files of a new project, by path: two small sources with invented rows, three models and a
 * rule set, all explained in comments. It passes its checks as it is.
 * @param folderName what the project is called; characters that no name has are replaced.
 */
export function starterProject(folderName: string): ReadonlyMap<string, string> {
  const name = projectName(folderName);
  return new Map([
    ["sluice.yaml", starterSettings(name)],
    ["connections/shop.yaml", starterConnection],
    ["data/customers.csv", customersCsv],
    ["data/orders.csv", ordersCsv],
    ["models/customer_value.sql", customerValueSql],
    ["models/daily_sales.sql", dailySalesSql],
    ["models/paid_orders.sql", paidOrdersSql],
    ["rules/core.yaml", starterRules],
    ["scenarios/late_orders.yaml", starterScenario],
    [".gitignore", gitIgnore],
    [".vscode/settings.json", editorSettings],
    ["README.md", readme(name)],
  ]);
}

function projectName(folderName: string): string {
  const name = folderName
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .replaceAll(/^[^A-Za-z0-9]+|-+$/g, "")
    .slice(0, 100);
  return name === "" ? "my-project" : name;
}
