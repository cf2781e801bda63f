DELETE FROM links
WHERE project = $1 AND time BETWEEN $2 AND $3
    AND client IN (SELECT id FROM covered WHERE is_call AND project = $1)
