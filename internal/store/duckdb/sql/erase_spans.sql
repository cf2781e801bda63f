INSERT INTO doomed
SELECT 'span', seq, id, '', NULL, NULL
FROM spans
WHERE project = $1
    AND trace IN (SELECT unnest([trace, answer]) FROM doomed WHERE trace IS NOT NULL OR answer IS NOT NULL)
