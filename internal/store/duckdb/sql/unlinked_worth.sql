SELECT CAST(
    EXISTS (SELECT 1 FROM events e WHERE e.project = $1)
    OR EXISTS (SELECT 1 FROM calls c WHERE c.project = $1 AND c.side = 'client')
AS BIGINT)
