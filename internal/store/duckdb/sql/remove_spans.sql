DELETE FROM spans
WHERE seq IN (SELECT seq FROM doomed WHERE kind = 'span')
