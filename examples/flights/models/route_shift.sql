/* sluice
materialize: table
owner: network-planning
checks:
  - unique: [origin, destination]
*/
-- The two files count different spans (six months of 2001, all of 2008), so routes are compared by
-- their share of all flights: in hundredths of a percent.
WITH then_flown AS (
  SELECT origin, destination, 10000.0 * flights / sum(flights) OVER () AS share
  FROM route_delays
), now_flown AS (
  SELECT origin, destination, 10000.0 * count / sum(count) OVER () AS share
  FROM raw.routes_2008
)
SELECT
  origin,
  destination,
  round(coalesce(t.share, 0), 2) AS bp_2001,
  round(coalesce(n.share, 0), 2) AS bp_2008,
  round(coalesce(n.share, 0) - coalesce(t.share, 0), 2) AS change_bp
FROM then_flown AS t
FULL JOIN now_flown AS n USING (origin, destination)
ORDER BY change_bp DESC
