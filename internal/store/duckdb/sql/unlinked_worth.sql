-- Whether a project that rows arrived for has any client-side row at all. Pure
-- log imports end here.
SELECT count(*)
FROM (SELECT DISTINCT project FROM reached) p
WHERE EXISTS (SELECT 1 FROM events e WHERE e.project = p.project)
    OR EXISTS (SELECT 1 FROM calls c WHERE c.project = p.project AND c.side = 'client')
