SELECT 'DuckDB ' || version(), (SELECT count(*) FROM events), (SELECT count(*) FROM calls), (SELECT count(*) FROM spans),
    (SELECT count(*) FROM links), (SELECT value FROM state WHERE name = 'watermark'),
    (SELECT min(t) FROM (SELECT min(time) AS t FROM events UNION ALL SELECT min(time) FROM calls UNION ALL SELECT min(time) FROM spans)),
    (SELECT max(t) FROM (SELECT max(time) AS t FROM events UNION ALL SELECT max(time) FROM calls UNION ALL SELECT max(time) FROM spans))
