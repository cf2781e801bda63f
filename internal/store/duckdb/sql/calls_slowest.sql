WITH page AS (
    SELECT c.*, /*id*/ AS id_order
    FROM calls c /*join*/
    WHERE c.project = ? AND c.time >= ? AND c.time < ? /*conditions*/
    ORDER BY /*order*/
    LIMIT ?
)
SELECT /*columns*/, l.call IS NULL AND c.seq > (SELECT value FROM state WHERE name = 'watermark'), l.call IS NOT NULL, /*link*/
FROM page c
LEFT JOIN (/*best*/) l ON l.call = c.id
ORDER BY /*order*/
