SELECT c.time, c.duration_us
FROM calls c /*join*/
WHERE c.project = ? AND c.time >= ? AND c.time < ? /*conditions*/
ORDER BY /*order*/
LIMIT ?
