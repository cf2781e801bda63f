-- Rows that the link pass names and that were erased meanwhile.
SELECT n.project, n.id, n.is_call
FROM (SELECT DISTINCT * FROM named) n
WHERE NOT EXISTS (SELECT 1 FROM events e WHERE NOT n.is_call AND e.project = n.project AND e.id = n.id AND e.time BETWEEN $1 AND $2)
    AND NOT EXISTS (SELECT 1 FROM calls c WHERE n.is_call AND c.project = n.project AND c.id = n.id AND c.time BETWEEN $1 AND $2)
