/** What belongs to one machine and not to the project. */
export const gitIgnore = `# The catalog, staged files and the schemas for editors (\`sluice schema\` writes them again).
.sluice/
# The warehouse.
*.duckdb
*.duckdb.wal
# Secrets.
.env
`;

/** For editors that read schemas by folder; the first line of each file says the same to others. */
export const editorSettings = `{
  "yaml.schemas": {
    ".sluice/schema/sluice.schema.json": "/sluice.yaml",
    ".sluice/schema/connection.schema.json": "/connections/*.yaml",
    ".sluice/schema/rules.schema.json": "/rules/*.yaml",
    ".sluice/schema/template.schema.json": "/templates/*.yaml",
    ".sluice/schema/contract.schema.json": "/contracts/*.yaml",
    ".sluice/schema/scenario.schema.json": "/scenarios/*.yaml"
  }
}
`;

/** The README of a new project. */
export function readme(name: string): string {
  return `# ${name}

Data that loads itself: connections say where it is, models what becomes of it, rules what matters.

    sluice check     # is everything written as it should be?
    sluice plan      # what would run now, and why?
    sluice run       # do it; a second time it has nothing to do
    sluice why daily_sales.transform
    sluice simulate late_orders   # what would these rules do, were things to go wrong?

| path | what it is |
|---|---|
| \`sluice.yaml\` | the project's name, where things are, defaults |
| \`connections/\` | one file for each system, with its sources |
| \`models/\` | one SELECT for each table or view |
| \`rules/\` | conditions on facts, and what follows from them |
| \`scenarios/\` | worlds to try rules in, before they are live |
| \`data/\` | the starter's invented rows |

Change a row in \`data/orders.csv\` and run again: only what depends on it runs.
Order 1007 has a negative amount, so it is in \`quarantine.orders\` and not in \`raw.orders\`.
`;
}
