INSERT INTO doomed
SELECT 'call', seq, id, '', NULL, NULL
FROM calls
WHERE project = ? AND split_part(origin, chr(31), 2) = ?
