DELETE FROM interactions
WHERE time BETWEEN ? AND ?
    AND (project, event) IN (SELECT (project, id) FROM covered WHERE NOT is_call)
