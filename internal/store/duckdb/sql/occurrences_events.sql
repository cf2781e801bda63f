SELECT unit, time, seq, steps /*label*/
FROM (
    SELECT *, /*unit*/ AS unit
    FROM (SELECT e.time, e.seq, CAST(/*steps*/ AS UBIGINT) AS steps /*own*/ /*labelled*/ FROM /*rows*/) m
)
WHERE unit IS NOT NULL
