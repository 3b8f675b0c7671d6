/* sluice
materialize: table
owner: network-planning
checks:
  - unique: [origin, destination]
*/
SELECT
  origin,
  destination,
  any_value(miles) AS miles,
  count(*) AS flights,
  median(delay_minutes) AS median_delay,
  round(quantile_cont(delay_minutes, 0.9), 1) AS delay_p90,
  round(avg(is_late::INT), 3) AS share_late
FROM departures
GROUP BY origin, destination
