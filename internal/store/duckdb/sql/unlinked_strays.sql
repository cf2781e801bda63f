-- Of the candidates, the server calls that nothing was found out about.
SELECT c.project, /*id*/, c.time
FROM calls c
WHERE c.time BETWEEN $1 AND $2 AND c.seq IN (SELECT seq FROM kept)
    AND NOT EXISTS (SELECT 1 FROM links l WHERE l.time BETWEEN $1 AND $2 AND l.project = c.project AND l.server = c.id)
    AND NOT EXISTS (SELECT 1 FROM unlinked u WHERE u.time BETWEEN $1 AND $2 AND u.project = c.project AND u.call = c.id)
ORDER BY c.project, c.time, c.seq
