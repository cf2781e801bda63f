-- Hours before the first that kept all its calls know more than the calls do.
SELECT *
FROM presence
WHERE project = ? AND hour >= ? AND hour < ?
    AND (hour < ? OR hour NOT IN (SELECT hour FROM stale_hours WHERE project = ?))
