/** `sluice.yaml` of a new project. */
export function starterSettings(name: string): string {
  return `# yaml-language-server: $schema=.sluice/schema/sluice.schema.json
# Every key but \`project\` may be left out. \`sluice check\` says what is wrong with any of them.
project: ${name}

# Where the data goes: one DuckDB file. Sources land in schema \`raw\`, models in \`main\`.
warehouse:
  type: duckdb
  path: warehouse.duckdb

# What holds wherever a source or model says nothing else.
defaults:
  tier: 2 # 0 is the most critical
  retry: { attempts: 3, backoff: 1s, max_backoff: 1m }
  timeout: 1h
  on_bypass: skip # or last_good, without, hold

# How many tasks run at once. \`extract\` and \`warehouse\` are there without being named.
pools:
  extract: 4
  warehouse: 2

# Connections read inside this folder only. Others are named here:
# paths:
#   allow: [../landing]
`;
}
