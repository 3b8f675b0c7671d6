/* sluice
materialize: table
owner: warehouse
*/
SELECT ordered_on, count(*) AS orders, sum(quantity) AS units
FROM raw.orders
GROUP BY ordered_on
