-- Rows that the link pass names and that were erased meanwhile.
SELECT DISTINCT n.project, n.id, n.is_call
FROM named n
ANTI JOIN (
    SELECT project, id, false AS is_call FROM events WHERE time BETWEEN $1 AND $2
    UNION ALL
    SELECT project, id, true FROM calls WHERE time BETWEEN $1 AND $2
) r ON r.project = n.project AND r.id = n.id AND r.is_call = n.is_call
