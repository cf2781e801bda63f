-- The limit-th new event or call and the one after it.
SELECT seq
FROM (SELECT seq FROM events WHERE seq > $1 UNION ALL SELECT seq FROM calls WHERE seq > $1)
ORDER BY seq
LIMIT 2 OFFSET $2
