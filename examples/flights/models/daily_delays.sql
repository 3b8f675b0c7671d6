/* sluice
materialize: table
owner: network-planning
tier: 0
sla: 1h
checks:
  - unique: [day, origin]
  - expression: "flights > 0"
  - relationships: { column: origin, to: airport_places, field: iata }
*/
SELECT
  d.day,
  d.origin,
  any_value(p.city) AS city,
  any_value(p.state_code) AS state_code,
  count(*) AS flights,
  round(avg(d.delay_minutes), 1) AS mean_delay,
  round(avg(d.is_late::INT), 3) AS share_late
FROM departures AS d
LEFT JOIN airport_places AS p ON p.iata = d.origin
GROUP BY d.day, d.origin
