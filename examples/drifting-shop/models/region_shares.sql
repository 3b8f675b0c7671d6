/* sluice
materialize: view
owner: sales
*/
SELECT region, revenue, round(revenue / sum(revenue) OVER (), 3) AS share
FROM revenue_by_region
