INSERT INTO doomed
SELECT 'event', seq, id, '', NULL, NULL
FROM events
WHERE project = ? AND split_part(origin, chr(31), 2) = ?
