WITH clients AS (
    SELECT DISTINCT l.client
    FROM links l
    WHERE l.project = ? AND l.time BETWEEN ? AND ? AND l.server = ? AND l.client IS NOT NULL
)
SELECT /*columns*/
FROM links l
WHERE l.project = ? AND l.time BETWEEN ? AND ?
    AND (l.server = ? OR l.client = ? OR l.client IN (SELECT client FROM clients))
