SELECT i.n
FROM incoming i
JOIN calls s ON s.id = i.id AND s.own_time = i.own AND s.project = i.project AND (s.forms & 7) = i.form
WHERE s.own_time BETWEEN ? AND ?
