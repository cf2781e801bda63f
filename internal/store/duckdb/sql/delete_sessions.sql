DELETE FROM sessions
WHERE started BETWEEN ? AND ?
    AND (project, anchor) IN (SELECT (project, id) FROM covered WHERE NOT is_call)
