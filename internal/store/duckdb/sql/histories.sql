-- The rows that match steps (bit i of steps: the i-th), by unit, of the units that match the
-- first in a range.
-- Parameters: the rows, the range.
SELECT unit, list(epoch_us(time)) AS times, list(seq) AS seqs, list(steps) AS steps /*more*/
FROM (/*rows*/)
GROUP BY unit
HAVING bool_or(steps & 1 <> 0 AND time >= ? AND time < ?)
