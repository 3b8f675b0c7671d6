/* sluice
materialize: view
owner: network-planning
tier: 0
*/
-- Late means fifteen minutes or more, as the US Department of Transportation counts.
SELECT
  f.date AS departs_at,
  CAST(f.date AS DATE) AS day,
  f.origin,
  f.destination,
  f.distance AS miles,
  f.delay AS delay_minutes,
  f.delay >= 15 AS is_late
FROM raw.flights AS f
