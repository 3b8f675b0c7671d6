/* sluice
materialize: table
owner: network-planning
on_bypass: { flights_20k: without }
checks:
  - unique: month
*/
-- The package ships samples of the same flights. How far is the 20k sample from all of them?
WITH every AS (
  SELECT
    month(day) AS month,
    count(*) AS flights,
    avg(delay_minutes) AS mean_delay,
    stddev_samp(delay_minutes) AS spread
  FROM departures
  GROUP BY ALL
), sampled AS (
  SELECT month(CAST(date AS TIMESTAMP)) AS month, count(*) AS flights, avg(delay) AS mean_delay
  FROM raw.flights_20k
  GROUP BY ALL
)
SELECT
  month,
  s.flights AS sampled_flights,
  round(e.mean_delay, 2) AS mean_delay,
  round(s.mean_delay, 2) AS sampled_mean_delay,
  round((s.mean_delay - e.mean_delay) / (e.spread / sqrt(s.flights)), 1) AS standard_errors_off
FROM every AS e
JOIN sampled AS s USING (month)
ORDER BY month
