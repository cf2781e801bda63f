-- Numbers about calls that outlive the calls, and who called by the hour.
--
-- A row of a rollup sums up the calls of one endpoint that ended alike and took about
-- as long: outcome is status / 100, 0 without response, -1 when that is a failure;
-- bucket is store.BucketOf the duration, -2 for untimed calls; n is weighted, samples
-- counts records. Assets are not in it. Minutes are sums that are still being added to
-- and taken from, hours are older and have one row for each sum.

CREATE TABLE rollup_minutes (
    project BIGINT, minute TIMESTAMP, side call_side, service VARCHAR, method VARCHAR, route VARCHAR,
    outcome TINYINT, bucket SMALLINT, n DOUBLE, samples BIGINT, last_seen TIMESTAMP
);
CREATE TABLE rollup_hours (
    project BIGINT, hour TIMESTAMP, side call_side, service VARCHAR, method VARCHAR, route VARCHAR,
    outcome TINYINT, bucket SMALLINT, n DOUBLE, samples BIGINT, last_seen TIMESTAMP
);

-- The persons behind the calls of an endpoint and hour, by a hash of their id.
CREATE TABLE presence (
    project BIGINT, hour TIMESTAMP, side call_side, service VARCHAR, method VARCHAR, route VARCHAR,
    bot BOOLEAN, person UBIGINT
);
-- Hours whose presence does not yet tell all that calls and links do.
CREATE TABLE stale_hours (project BIGINT, hour TIMESTAMP);

INSERT INTO state VALUES ('raw_from', 0); -- microseconds; some calls before it have expired
INSERT INTO rollup_minutes
SELECT project, date_trunc('minute', time), side, service, method, route,
    CASE WHEN coalesce(status, 0) <> 0 THEN status // 100 WHEN error NOT IN ('', 'abort') THEN -1 ELSE 0 END,
    CASE WHEN duration_us IS NULL THEN -2 WHEN duration_us <= 1 THEN -1 ELSE ceil(log2(duration_us) * 8) - 1 END,
    sum(weight), count(*), max(time)
FROM calls
WHERE class <> 'asset'
GROUP BY ALL;
INSERT INTO stale_hours SELECT DISTINCT project, date_trunc('hour', time) FROM calls;
