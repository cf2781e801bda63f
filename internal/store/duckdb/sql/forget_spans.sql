INSERT INTO doomed
SELECT 'span', seq, id, '', NULL, NULL
FROM spans
WHERE project = ? AND split_part(origin, chr(31), 2) = ?
