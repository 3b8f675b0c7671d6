/** The rule set of a new project. */
export const starterRules = `# yaml-language-server: $schema=../.sluice/schema/rules.schema.json
# Rules decide, in each cycle and for each source and model, what happens beyond the defaults.
# \`sluice why orders.load\` shows which of them spoke, and on which facts.
ruleset: core
description: Safety and order for every source.
owner: data-team
params: { large_rows: 1000000 }

rules:
  - id: critical-first
    description: What matters most runs first and is tried harder.
    for: source
    when: source.tier == 0
    then:
      - priority: 100
      - retry: { attempts: 5, backoff: 2s, max_backoff: 1m }

  - id: tell-when-late
    description: Somebody should know when a source is overdue.
    for: source
    when: source.freshness.lag > source.freshness.expected * 3.0
    then:
      - notify: { severity: warning, title: "\${source.name} is late" }

  - id: split-large
    description: A large load is cut into parts, each of which is resumed on its own.
    for: source
    when: source.volume.rows > params.large_rows
    then:
      - split: { by: rows, size: 500000 }
`;
