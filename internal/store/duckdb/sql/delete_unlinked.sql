DELETE FROM unlinked
WHERE time BETWEEN ? AND ?
    AND (project, call) IN (SELECT (project, id) FROM covered WHERE is_call)
