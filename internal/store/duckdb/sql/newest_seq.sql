-- The highest Seq given, when all up to $1 are known to be.
SELECT greatest(
    $1,
    (SELECT max(value) FROM state WHERE name IN ('seq', 'watermark')),
    (SELECT max(seq) FROM events WHERE seq > $1),
    (SELECT max(seq) FROM calls WHERE seq > $1),
    (SELECT max(seq) FROM spans WHERE seq > $1)
)
