-- Takes the calls that are about to go out of the sums.
INSERT INTO rollup_minutes
SELECT c.project, date_trunc('minute', c.time), c.side, c.service, c.method, c.route,
    /*outcome*/, CASE WHEN c.duration_us IS NULL THEN -2 ELSE /*bucket*/ END,
    -sum(c.weight), -count(*), NULL
FROM calls c
WHERE c.seq IN (SELECT seq FROM doomed WHERE kind = 'call') AND c.class <> 'asset'
GROUP BY ALL
