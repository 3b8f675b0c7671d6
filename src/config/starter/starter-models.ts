/** The first level: orders that count. */
export const paidOrdersSql = `-- A model is one SELECT. What it reads is found in its SQL: nobody writes the order of things down.
select order_id, customer_id, ordered_at, amount
from raw.orders
where status = 'paid'
`;

/** The second level: sales by day. */
export const dailySalesSql = `/* sluice
materialize: table       # stored when it runs; a view is computed when it is read
description: What was sold on each day.
sla: 2h                  # ready two hours after the cycle's start
checks:
  - not_null: day
  - unique: day
*/
select
  ordered_at as day,
  count(*) as orders,
  sum(amount) as revenue
from paid_orders
group by ordered_at
`;

/** The second level: what each customer is worth. */
export const customerValueSql = `/* sluice
materialize: table
description: What each customer has bought.
on_bypass:
  customers: last_good   # without news of customers, the ones we know will do
checks:
  - unique: customer_id
  - relationships: { column: customer_id, to: customers, field: customer_id }
*/
select
  c.customer_id,
  c.name,
  c.country,
  count(o.order_id) as orders,
  coalesce(sum(o.amount), 0) as revenue
from raw.customers as c
left join paid_orders as o using (customer_id)
group by all
`;
