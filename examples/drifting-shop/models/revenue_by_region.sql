/* sluice
materialize: table
owner: finance
tier: 0
*/
SELECT c.region, count(*) AS orders, round(sum(o.amount), 2) AS revenue
FROM order_lines AS o
JOIN raw.customers AS c USING (customer_id)
GROUP BY c.region
