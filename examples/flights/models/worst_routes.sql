/* sluice
materialize: table
owner: network-planning
checks:
  - row_count: { min: 1, max: 50 }
*/
-- At least two flights a day on average: a route that is hardly flown is late by chance.
SELECT
  r.origin || ' → ' || r.destination AS route,
  concat_ws(', ', o.city, o.state_code) AS departs_from,
  concat_ws(', ', d.city, d.state_code) AS arrives_in,
  r.flights,
  r.miles,
  r.median_delay,
  r.delay_p90,
  r.share_late
FROM route_delays AS r
JOIN airport_places AS o ON o.iata = r.origin
JOIN airport_places AS d ON d.iata = r.destination
WHERE r.flights >= 2 * 181
ORDER BY r.share_late DESC, r.flights DESC
LIMIT 50
