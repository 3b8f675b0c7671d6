/* sluice
materialize: table
owner: purchasing
*/
SELECT product_code, product, category,
  CAST(regexp_extract(unit_cost, '^[0-9.]+') AS DOUBLE) AS unit_cost
FROM raw.products
