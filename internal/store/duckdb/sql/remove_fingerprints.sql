DELETE FROM fingerprints
WHERE seq IN (SELECT seq FROM doomed)
