DELETE FROM links
WHERE project = $1 AND time BETWEEN $2 AND $3
    AND event IN (SELECT id FROM covered WHERE NOT is_call AND project = $1)
