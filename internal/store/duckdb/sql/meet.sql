-- Rows that units may meet, by name.
SELECT unit, epoch_us(time) AS time, steps, label
FROM (/*rows*/)
