SELECT u.reason, u.side, count(*) AS n, arg_max(/*id*/, (c.time, /*id*/))
FROM unlinked u
JOIN calls c ON c.project = u.project AND c.id = u.call
WHERE u.project = ? AND c.time >= ? AND c.time < ? AND c.class <> 'asset'
GROUP BY u.reason, u.side
ORDER BY n DESC, u.reason, u.side
