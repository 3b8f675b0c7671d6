/** A fortnight in which orders come late, half, and with bad rows. */
export const starterScenario = `# yaml-language-server: $schema=../.sluice/schema/scenario.schema.json
# A world to try rules in. Nothing is read or loaded: \`sluice simulate late_orders\` plays it with the
# rules of this project and beside them with a fixed graph that runs everything each day.
scenario: late_orders
description: A fortnight in which orders come late, half, and with bad rows.
cycles: 14
every: 1d
profiles:
  - sources: customers
    rows: 2000
    changes: 0.3            # something new on three days of ten
  - sources: orders
    rows: 50000
    growth: 1.02
    late: 0.15
    late_by: 3h
    bad_rows: 0.2
tasks:
  - tasks: "*.transform"
    duration: 20s
events:
  - { cycle: 3, source: orders, event: late, for: 5h }
  - { cycle: 5, source: orders, event: missing, for: 6h }
  - { cycle: 9, source: orders, event: partial, share: 0.5 }
  - { cycle: 11, fault: crash-after-commit, nth: 1 }
`;
