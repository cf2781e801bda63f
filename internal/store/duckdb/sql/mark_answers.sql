-- The server calls that answered a touched client call are touched too.
INSERT INTO touched
SELECT DISTINCT l.project, l.server, l.time
FROM links l
WHERE l.project = $1 AND l.time BETWEEN $2 AND $3 AND l.server IS NOT NULL
    AND l.client IN (SELECT id FROM touched WHERE project = $1)
