SELECT source, reason, max(example), CAST(sum(count) AS BIGINT) AS n
FROM rejected
WHERE project = ? AND hour >= ? AND hour < ?
GROUP BY source, reason
ORDER BY n DESC, source, reason
