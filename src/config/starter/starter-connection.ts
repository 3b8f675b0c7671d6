/** A connection to the starter's own files, with its sources. */
export const starterConnection = `# yaml-language-server: $schema=../.sluice/schema/connection.schema.json
# One file is one connection, with the sources that are read through it.
connection: shop
type: file
options:
  root: data

# What all sources of this connection have, unless they say otherwise.
defaults:
  owner: data-team
  cadence: 1d # new data is expected once a day

sources:
  - name: orders # lands in the table raw.orders
    path: orders.csv
    tier: 0
    strategy: merge # rows of the same key are replaced, others added
    key: order_id
    types: { amount: "DECIMAL(10,2)", ordered_at: DATE }
    checks:
      - not_null: order_id
      # Rows that fail are set aside in quarantine.orders, with the reason; the others are loaded.
      - expression: amount >= 0
        name: amount_is_not_negative
        on_fail: quarantine

  - name: customers
    path: customers.csv
    checks:
      - unique: customer_id

# Each file that matches becomes a source of its own as soon as it is there:
# discover:
#   - path: regions/*.csv
#     name: "region_{stem}"

# A database is another file like this one. Secrets are referred to, never written:
#   type: postgres
#   options: { host: db.example.com, user: reader, password: "\${env:SHOP_PASSWORD}" }
`;
