SELECT e.project, e.seq, coalesce(f.client, 0), coalesce(f.agent, 0), /*columns*/
FROM events e
LEFT JOIN (SELECT * FROM fingerprints WHERE time BETWEEN $1 AND $2) f ON f.seq = e.seq
WHERE e.time BETWEEN $1 AND $2 AND e.seq IN (SELECT seq FROM kept)
ORDER BY e.project, e.time, e.seq
