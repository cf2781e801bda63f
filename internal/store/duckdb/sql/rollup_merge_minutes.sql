-- What the rows of each sum in a range of minutes add up to.
INSERT INTO merged
SELECT project, minute, side, service, method, route, outcome, bucket, sum(n), sum(samples), max(last_seen)
FROM rollup_minutes
WHERE minute >= ? AND minute < ?
GROUP BY ALL
HAVING sum(samples) <> 0
