-- The hours of the calls that are about to go.
INSERT INTO stale_hours
SELECT DISTINCT project, date_trunc('hour', time)
FROM calls
WHERE seq IN (SELECT seq FROM doomed WHERE kind = 'call')
