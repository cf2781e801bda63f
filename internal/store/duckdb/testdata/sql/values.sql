SELECT value, count(*) AS n
FROM (SELECT CASE json_type(nullif(e.properties, ''), ?) WHEN 'OBJECT' THEN '' WHEN 'ARRAY' THEN '' WHEN 'NULL' THEN '' WHEN 'DOUBLE' THEN regexp_replace(json_extract_string(nullif(e.properties, ''), ?), '\.0$', '') ELSE coalesce(json_extract_string(nullif(e.properties, ''), ?), '') END AS value FROM events e WHERE e.project = ? AND e.time >= ? AND e.time < ? AND e.bot = '')
WHERE value <> '' AND starts_with(value, ?)
GROUP BY value
ORDER BY n DESC, value
LIMIT ?
-- /plan
-- /plan
-- /plan
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- p
-- 10
