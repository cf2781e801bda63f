SELECT u.reason, u.side, count(*) AS n, arg_max(/*id*/, (c.time, /*id*/))
FROM unlinked u
JOIN calls c ON c.project = u.project AND c.id = u.call
WHERE u.project = $1 AND u.time >= $2 - INTERVAL 24 HOUR AND u.time < $3 + INTERVAL 24 HOUR AND c.time >= $2 AND c.time < $3 AND c.class <> 'asset'
GROUP BY u.reason, u.side
ORDER BY n DESC, u.reason, u.side
