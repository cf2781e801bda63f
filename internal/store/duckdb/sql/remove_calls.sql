DELETE FROM calls
WHERE seq IN (SELECT seq FROM doomed WHERE kind = 'call')
