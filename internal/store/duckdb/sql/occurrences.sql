-- The rows that match steps (bit i of steps: the i-th), unit by unit in order of time.
SELECT unit, epoch_us(time) AS time, steps /*more*/
FROM (/*rows*/)
ORDER BY unit, time, seq
