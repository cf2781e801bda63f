DELETE FROM bodies
WHERE seq IN (SELECT seq FROM doomed WHERE kind = 'call')
