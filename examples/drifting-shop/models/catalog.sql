/* sluice
materialize: table
owner: purchasing
*/
SELECT product_code, product, category, unit_cost
FROM raw.products
