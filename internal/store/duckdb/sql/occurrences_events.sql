SELECT unit, time, seq, steps /*more*/
FROM (
    SELECT m.*, /*unit*/
    FROM (SELECT e.time, e.seq, CAST(/*steps*/ AS UBIGINT) AS steps /*own*/ FROM /*rows*/) m /*persons*/
)
WHERE unit IS NOT NULL /*some*/
