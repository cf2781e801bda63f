-- Of the rows that the link pass names, those that are stored are not gone.
DELETE FROM named
WHERE (project, id, is_call) IN (
    SELECT project, id, false FROM events WHERE time BETWEEN $1 AND $2
    UNION ALL
    SELECT project, id, true FROM calls WHERE time BETWEEN $1 AND $2
)
