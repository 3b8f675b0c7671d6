/* sluice
materialize: view
owner: network-planning
checks:
  - unique: iata
  - not_null: iata
  - expression: "state_code IS NOT NULL"
    name: state_is_known
    on_fail: warn
*/
-- Twelve airports say NA for city and state: not there, not a place of that name.
SELECT
  iata,
  name AS airport,
  nullif(city, 'NA') AS city,
  nullif(state, 'NA') AS state_code,
  country,
  latitude,
  longitude
FROM raw.airports
