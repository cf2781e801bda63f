-- The places of the rows are found on few columns; in the order of time they lie near
-- each other, so that the other columns are read there only.
WITH places AS (
    SELECT c.rowid AS place, /*id*/ AS id_order
    FROM calls c /*join*/
    WHERE c.project = ? AND c.time >= ? AND c.time < ? /*conditions*/
    ORDER BY /*order*/
    LIMIT ?
), page AS (
    SELECT c.*, p.id_order
    FROM calls c
    JOIN places p ON p.place = c.rowid
)
SELECT /*columns*/, l.call IS NULL AND c.seq > (SELECT value FROM state WHERE name = 'watermark'), l.call IS NOT NULL, /*link*/
FROM page c
LEFT JOIN (/*best*/) l ON l.call = c.id
ORDER BY /*order*/
