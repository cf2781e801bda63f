-- Of the rows of one unit that match the same steps in the same period, the earliest
-- and how many there are.
SELECT unit, epoch_us(min(time)) AS time, steps, count(*) AS n /*label*/
FROM (SELECT unit, time, steps /*label*/, /*period*/ AS period FROM (/*rows*/))
GROUP BY unit, steps, period /*label*/
ORDER BY unit, 2
