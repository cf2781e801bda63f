SELECT value, count(*) AS n
FROM (SELECT /*value*/ AS value FROM /*rows*/)
WHERE value <> '' /*prefix*/
GROUP BY value
ORDER BY n DESC, value
LIMIT ?
