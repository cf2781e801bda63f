-- Requests, whether each failed, and how long it took in microseconds; -1 when that is not known.
SELECT unit, epoch_us(time) AS time, steps & 1 <> 0 AS failed, label AS took
FROM (/*rows*/)
