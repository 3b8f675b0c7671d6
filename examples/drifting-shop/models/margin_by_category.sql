/* sluice
materialize: table
owner: purchasing
*/
SELECT c.category, round(sum(o.amount - o.quantity * c.unit_cost), 2) AS margin
FROM order_lines AS o
JOIN catalog AS c USING (product_code)
GROUP BY c.category
