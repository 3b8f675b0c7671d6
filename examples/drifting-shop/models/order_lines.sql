/* sluice
materialize: table
owner: sales
tier: 1
checks:
  - unique: order_id
*/
SELECT order_id, ordered_on, customer_id, product_code, quantity, amount
FROM raw.orders
