-- The rows that match steps (bit i of steps: the i-th), by unit.
SELECT unit, list(epoch_us(time)) AS times, list(seq) AS seqs, list(steps) AS steps /*more*/
FROM (/*rows*/)
GROUP BY unit
