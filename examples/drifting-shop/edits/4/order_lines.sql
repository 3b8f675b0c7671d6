/* sluice
materialize: table
owner: sales
tier: 1
checks:
  - unique: order_id
  - not_null: customer_id
*/
SELECT o.order_id, o.ordered_on,
  coalesce(o.customer_id, a.customer_id) AS customer_id,
  o.product_code,
  coalesce(o.qty, o.quantity) AS quantity,
  o.amount
FROM raw.orders AS o
LEFT JOIN raw.accounts AS a ON o.account = a.account
