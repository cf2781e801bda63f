-- When each unit first occurs among rows.
SELECT unit, min(time) AS born
FROM (/*rows*/)
GROUP BY unit
