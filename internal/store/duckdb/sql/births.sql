-- When each unit first occurs among rows.
SELECT unit, epoch_us(min(time)) AS born
FROM (/*rows*/)
GROUP BY unit
