SELECT c.project, c.seq, coalesce(f.client, 0), coalesce(f.agent, 0), /*columns*/
FROM calls c
LEFT JOIN (SELECT * FROM fingerprints WHERE time BETWEEN $1 AND $2) f ON f.seq = c.seq
WHERE c.time BETWEEN $1 AND $2 AND c.seq IN (SELECT seq FROM kept)
ORDER BY c.project, c.time, c.seq
