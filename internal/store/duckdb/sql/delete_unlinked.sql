DELETE FROM unlinked
WHERE project = $1 AND time BETWEEN $2 AND $3
    AND call IN (SELECT id FROM covered WHERE is_call AND project = $1)
