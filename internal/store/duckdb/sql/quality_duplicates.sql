SELECT CAST(sum(count) AS BIGINT)
FROM duplicates
WHERE project = ? AND hour >= ? AND hour < ?
