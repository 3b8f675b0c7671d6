/* sluice
materialize: table
owner: network-planning
on_bypass: { weather: last_good, seattle_normals: last_good }
checks:
  - unique: month
*/
-- No weather of 2001 is at hand. What a month is usually like is: the hourly normals, and the days of
-- 2012 to 2015. So this shows how delays go with the season, not with the day's weather.
WITH flown AS (
  SELECT
    month(day) AS month,
    count(*) AS departures,
    round(avg(delay_minutes), 1) AS mean_delay,
    round(avg(is_late::INT), 3) AS share_late
  FROM departures
  WHERE origin = 'SEA' AND day < DATE '2001-07-01'
  GROUP BY ALL
), usual AS (
  SELECT
    month(date) AS month,
    round(avg((precipitation > 0)::INT), 2) AS share_wet_days,
    round(avg((weather IN ('fog', 'snow'))::INT), 2) AS share_fog_or_snow
  FROM raw.weather
  WHERE location = 'Seattle'
  GROUP BY ALL
), normals AS (
  SELECT
    month(date) AS month,
    round(avg(temperature), 1) AS normal_temperature_c,
    round(avg(wind), 1) AS normal_wind_mps
  FROM raw.seattle_normals
  GROUP BY ALL
)
SELECT *
FROM flown
JOIN usual USING (month)
JOIN normals USING (month)
ORDER BY month
