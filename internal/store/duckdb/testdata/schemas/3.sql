-- What the third schema leaves behind, with one event in it.
CREATE TABLE migrations (number BIGINT PRIMARY KEY, name VARCHAR);
INSERT INTO migrations VALUES (1, '0001_initial.sql'), (2, '0002_rollups.sql'), (3, '0003_bodies.sql');
-- Each column costs intake and disk, so what is rarely asked for shares one.
-- An id is its 16 bytes; three bits of forms say how its text was written
-- (ident.go). What is neither UUID nor hex stands in odd; odd, context and origin
-- are lists with chr(31) between the parts (records.go). An absent text is '', an
-- absent number or id NULL. Rows lie in order of arrival, which is nearly the
-- order of time, so that a range of time is a range of blocks.

CREATE TABLE state (name VARCHAR PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO state VALUES ('watermark', 0), ('seq', 0);

CREATE TYPE event_kind AS ENUM ('', 'page_view', 'route_change', 'click', 'submit', 'change', 'custom', 'identify', 'web_vital', 'error');
CREATE TYPE call_side AS ENUM ('', 'client', 'server');
CREATE TYPE call_class AS ENUM ('', 'api', 'document', 'asset');
CREATE TYPE consent_state AS ENUM ('', 'granted', 'denied');
CREATE TYPE bot_class AS ENUM ('', 'crawler', 'automation');

CREATE TABLE events (
    project BIGINT, seq BIGINT, time TIMESTAMP, own_time TIMESTAMP, id UUID,
    forms USMALLINT, -- of id, action; bit 15: the path is part of the address
    odd VARCHAR,     -- id, action, trace, span
    name VARCHAR, kind event_kind,
    device_id VARCHAR, user_id VARCHAR, account_id VARCHAR, session_id VARCHAR,
    action UUID, trace UUID, span BIGINT, duration_us BIGINT,
    -- The address is head + path + tail, or the head alone when it does not contain the path.
    url_head VARCHAR, path VARCHAR, url_tail VARCHAR,
    page_route VARCHAR, title VARCHAR, referrer VARCHAR, page_id VARCHAR,
    selector VARCHAR, target VARCHAR, role VARCHAR, x DOUBLE, y DOUBLE,
    release VARCHAR, sender_seq BIGINT,
    context VARCHAR, -- device, os, browser, network, language, country, utm
    properties VARCHAR,
    origin VARCHAR, -- source, label of the import
    sent_at TIMESTAMP, consent consent_state, bot bot_class, late BOOLEAN
);

CREATE TABLE calls (
    project BIGINT, seq BIGINT, time TIMESTAMP, own_time TIMESTAMP, id UUID,
    forms USMALLINT, -- of id, action, request
    odd VARCHAR,     -- id, action, trace, span, parent, server_trace, request
    side call_side, class call_class, service VARCHAR, method VARCHAR, route VARCHAR,
    host VARCHAR, path VARCHAR, query VARCHAR,
    status SMALLINT, error VARCHAR, duration_us BIGINT, grain_us BIGINT,
    device_id VARCHAR, user_id VARCHAR, account_id VARCHAR, session_id VARCHAR,
    action UUID, trace UUID, span BIGINT, parent BIGINT, server_trace UUID, request UUID, page_id VARCHAR,
    request_bytes BIGINT, response_bytes BIGINT, release VARCHAR, weight DOUBLE,
    context VARCHAR, -- as of events
    attributes VARCHAR,
    origin VARCHAR,
    sent_at TIMESTAMP, consent consent_state, bot bot_class, late BOOLEAN
);

CREATE TABLE spans (
    project BIGINT, seq BIGINT, time TIMESTAMP, own_time TIMESTAMP, id UUID,
    forms USMALLINT, -- of id
    odd VARCHAR,     -- id, trace, span, parent
    name VARCHAR, kind VARCHAR, service VARCHAR, duration_us BIGINT,
    trace UUID, span BIGINT, parent BIGINT, error VARCHAR, attributes VARCHAR,
    origin VARCHAR,
    sent_at TIMESTAMP, consent consent_state, bot bot_class, late BOOLEAN
);

-- The client keys of events and calls: stored fingerprints, kept for two days only.
CREATE TABLE fingerprints (
    project BIGINT, seq BIGINT, time TIMESTAMP, client BIGINT, agent BIGINT,
    person BOOLEAN -- an event or client call
);

CREATE TABLE links (
    project BIGINT, time TIMESTAMP,
    event UUID, event_form UTINYINT, event_text VARCHAR,
    client UUID, client_form UTINYINT, client_text VARCHAR,
    server UUID, server_form UTINYINT, server_text VARCHAR,
    method VARCHAR, confidence DOUBLE,
    session_id VARCHAR, device_id VARCHAR, user_id VARCHAR,
    service VARCHAR, verb VARCHAR, route VARCHAR -- the endpoint; verb is its HTTP method
);

CREATE TABLE signals (
    project BIGINT, time TIMESTAMP, kind VARCHAR,
    event UUID, event_form UTINYINT, event_text VARCHAR,
    call UUID, call_form UTINYINT, call_text VARCHAR,
    session_id VARCHAR, page VARCHAR, target VARCHAR, detail VARCHAR
);

CREATE TABLE interactions (
    project BIGINT, time TIMESTAMP,
    event UUID, event_form UTINYINT, event_text VARCHAR,
    session_id VARCHAR, name VARCHAR, page VARCHAR, calls BIGINT, failed BIGINT, slowest_us BIGINT,
    service VARCHAR, verb VARCHAR, route VARCHAR, reaction VARCHAR
);

CREATE TABLE sessions (
    project BIGINT, started TIMESTAMP, ended TIMESTAMP, session_id VARCHAR,
    anchor UUID, anchor_form UTINYINT, anchor_text VARCHAR,
    device_id VARCHAR, user_id VARCHAR, account_id VARCHAR, derived BOOLEAN,
    entry_page VARCHAR, exit_page VARCHAR,
    context VARCHAR, -- as of events
    bot bot_class, events BIGINT, pages BIGINT, actions BIGINT, calls BIGINT, failed BIGINT, signals BIGINT
);

-- Why a call has no link.
CREATE TABLE unlinked (
    project BIGINT, call UUID, call_form UTINYINT, call_text VARCHAR, side VARCHAR, reason VARCHAR,
    time TIMESTAMP -- of the block
);

-- What was not stored, by the hour it arrived.
CREATE TABLE rejected (project BIGINT, hour TIMESTAMP, source VARCHAR, reason VARCHAR, example VARCHAR, count BIGINT);
CREATE TABLE duplicates (project BIGINT, hour TIMESTAMP, count BIGINT);

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
INSERT INTO events (project, seq, name) VALUES (1, 1, 'click');
INSERT INTO calls (project, seq, time, side, class, service, method, route, status, error, duration_us, weight) VALUES (1, 2, '2026-11-23 10:00:05', 'server', 'api', '', 'GET', '/a', 503, '', 1024, 1);
INSERT INTO rollup_minutes VALUES (1, '2026-11-23 10:00:00', 'server', '', 'GET', '/a', 5, 79, 1, 1, '2026-11-23 10:00:05');
-- What calls of endpoints that opted in carried; kept for days.
CREATE TABLE bodies (
    project BIGINT, seq BIGINT, time TIMESTAMP, -- of the call
    call UUID, call_form UTINYINT, call_text VARCHAR,
    request VARCHAR, response VARCHAR
);

-- A click that caused a client call, which a server call answered.
INSERT INTO calls (project, seq, time, id, side, class, service, method, route, status, error, weight) VALUES
    (1, 3, '2026-11-23 10:00:06', '00000000-0000-0000-0000-000000000001', 'client', 'asset', '', 'GET', '/a', 200, '', 1),
    (1, 4, '2026-11-23 10:00:06', '00000000-0000-0000-0000-000000000002', 'server', 'asset', '', 'GET', '/a', 200, '', 1);
INSERT INTO links (project, time, event, client, server, method, confidence) VALUES
    (1, '2026-11-23 10:00:06', '00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-000000000001', NULL, 'window', 0.5),
    (1, '2026-11-23 10:00:06', NULL, '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002', 'span', 1);
