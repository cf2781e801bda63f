-- The tables alone do not tell: erased rows may have been the newest.
SELECT greatest(
    (SELECT max(value) FROM state),
    (SELECT max(seq) FROM events),
    (SELECT max(seq) FROM calls),
    (SELECT max(seq) FROM spans)
)
