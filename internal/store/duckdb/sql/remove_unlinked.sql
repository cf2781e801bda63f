DELETE FROM unlinked
WHERE project = ? AND call IN (SELECT id FROM doomed WHERE kind = 'call')
