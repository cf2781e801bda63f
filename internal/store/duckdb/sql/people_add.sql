INSERT INTO people
FROM people_now n
WHERE NOT EXISTS (SELECT 1 FROM people p WHERE p.project = n.project AND p.is_user = n.is_user AND p.id = n.id)
