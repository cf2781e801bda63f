DELETE FROM links
WHERE time BETWEEN ? AND ? AND (
    (project, server) IN (SELECT (project, id) FROM covered WHERE is_call)
    OR (project, client) IN (SELECT (project, id) FROM covered WHERE is_call)
    OR (project, event) IN (SELECT (project, id) FROM covered WHERE NOT is_call)
)
