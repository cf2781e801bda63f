interactions i LEFT JOIN (
    SELECT id, time, min(target) AS target FROM events WHERE project = ? AND time >= ? AND time < ? GROUP BY ALL
) e ON e.id = i.event AND e.time = i.time
WHERE i.project = ? AND i.time >= ? AND i.time < ?
