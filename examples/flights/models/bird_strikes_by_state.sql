/* sluice
materialize: table
owner: safety
checks:
  - unique: state
  - expression: "movements > 0"
*/
-- Strikes and flights of the same six months. The strike file is a sample of reports from 29 states,
-- so the rate compares states; it is not the risk of a flight. Military strikes have no counterpart
-- among the flights.
WITH movements AS (
  SELECT p.state_code, sum(r.flights) AS flights
  FROM route_delays AS r
  JOIN airport_places AS p ON p.iata IN (r.origin, r.destination)
  WHERE p.state_code IS NOT NULL
  GROUP BY p.state_code
), strikes AS (
  SELECT
    s.state_code,
    any_value(s.state) AS state,
    count(*) AS strikes,
    count(*) FILTER (b."Effect Amount of damage" <> 'None') AS with_damage
  FROM raw.birdstrikes AS b
  JOIN states AS s ON s.state = b."Origin State"
  WHERE b."Flight Date" BETWEEN DATE '2001-01-01' AND DATE '2001-06-30'
    AND b."Aircraft Airline Operator" <> 'MILITARY'
  GROUP BY s.state_code
)
SELECT
  s.state,
  s.strikes,
  s.with_damage,
  m.flights AS movements,
  round(100000.0 * s.strikes / m.flights, 1) AS strikes_per_100k_movements
FROM strikes AS s
JOIN movements AS m USING (state_code)
ORDER BY strikes_per_100k_movements DESC
