-- The hours in which somebody else is behind the calls of a shared device now.
INSERT INTO stale_hours
SELECT DISTINCT project, unnest(generate_series(date_trunc('hour', since), upto, INTERVAL 1 HOUR))
FROM (
    (FROM people WHERE project = $1 AND upto IS NOT NULL /*ids*/ EXCEPT FROM people_now)
    UNION ALL
    (FROM people_now WHERE upto IS NOT NULL EXCEPT FROM people WHERE upto IS NOT NULL)
)
