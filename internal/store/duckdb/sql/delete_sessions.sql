DELETE FROM sessions
WHERE project = $1 AND started BETWEEN $2 AND $3
    AND anchor IN (SELECT id FROM covered WHERE NOT is_call AND project = $1)
