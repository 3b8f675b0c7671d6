/* sluice
materialize: table
owner: reference-data
checks:
  - unique: state_code
  - unique: state
  - row_count: { min: 51, max: 51 }
*/
-- Bird strikes name states in full, airports by code, and no file holds both. A capital's postal
-- code does: of the places of its name, the one that lies nearest to its coordinates.
SELECT
  capital.state,
  arg_min(
    place.state,
    (capital.lat - place.latitude) ** 2 + (capital.lon - place.longitude) ** 2
  ) AS state_code
FROM raw.state_capitals AS capital
JOIN raw.zipcodes AS place ON place.city = capital.city
GROUP BY capital.state
UNION ALL
SELECT 'DC', 'DC'
