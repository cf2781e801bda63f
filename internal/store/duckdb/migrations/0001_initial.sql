-- An id is three columns: its 16 bytes, how they were written (ident.go) and,
-- for the few that are neither UUID nor hex, the text. An absent text is '', an
-- absent number or id NULL. Rows lie in order of arrival, which is nearly the
-- order of time, so that a range of time is a range of blocks.

CREATE TABLE state (name VARCHAR PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO state VALUES ('watermark', 0), ('seq', 0);

CREATE TABLE events (
    project BIGINT, seq BIGINT, time TIMESTAMP, own_time TIMESTAMP,
    id UUID, id_form UTINYINT, id_text VARCHAR,
    name VARCHAR, kind VARCHAR,
    device_id VARCHAR, user_id VARCHAR, account_id VARCHAR, session_id VARCHAR,
    action UUID, action_form UTINYINT, action_text VARCHAR,
    trace UUID, trace_text VARCHAR, span BIGINT, span_text VARCHAR,
    duration_us BIGINT,
    -- The address is head + path + tail, or the head alone when it does not contain the path.
    url_head VARCHAR, path VARCHAR, url_tail VARCHAR, url_split BOOLEAN,
    page_route VARCHAR, title VARCHAR, referrer VARCHAR, page_id VARCHAR,
    selector VARCHAR, target VARCHAR, role VARCHAR, x DOUBLE, y DOUBLE,
    release VARCHAR, sender_seq BIGINT,
    device VARCHAR, os VARCHAR, browser VARCHAR, network VARCHAR, language VARCHAR, country VARCHAR, utm VARCHAR,
    properties VARCHAR,
    source VARCHAR, sent_at TIMESTAMP, consent VARCHAR, bot VARCHAR, late BOOLEAN, label VARCHAR
);

CREATE TABLE calls (
    project BIGINT, seq BIGINT, time TIMESTAMP, own_time TIMESTAMP,
    id UUID, id_form UTINYINT, id_text VARCHAR,
    side VARCHAR, class VARCHAR, service VARCHAR, method VARCHAR, route VARCHAR,
    host VARCHAR, path VARCHAR, query VARCHAR,
    status SMALLINT, error VARCHAR, duration_us BIGINT, grain_us BIGINT,
    device_id VARCHAR, user_id VARCHAR, account_id VARCHAR, session_id VARCHAR,
    action UUID, action_form UTINYINT, action_text VARCHAR,
    trace UUID, trace_text VARCHAR, span BIGINT, span_text VARCHAR, parent BIGINT, parent_text VARCHAR,
    server_trace UUID, server_trace_text VARCHAR,
    request UUID, request_form UTINYINT, request_text VARCHAR, page_id VARCHAR,
    device VARCHAR, os VARCHAR, browser VARCHAR, network VARCHAR, language VARCHAR, country VARCHAR, utm VARCHAR,
    request_bytes BIGINT, response_bytes BIGINT, release VARCHAR, attributes VARCHAR, weight DOUBLE,
    source VARCHAR, sent_at TIMESTAMP, consent VARCHAR, bot VARCHAR, late BOOLEAN, label VARCHAR
);

CREATE TABLE spans (
    project BIGINT, seq BIGINT, time TIMESTAMP, own_time TIMESTAMP,
    id UUID, id_form UTINYINT, id_text VARCHAR,
    name VARCHAR, kind VARCHAR, service VARCHAR, duration_us BIGINT,
    trace UUID, trace_text VARCHAR, span BIGINT, span_text VARCHAR, parent BIGINT, parent_text VARCHAR,
    error VARCHAR, attributes VARCHAR,
    source VARCHAR, sent_at TIMESTAMP, consent VARCHAR, bot VARCHAR, late BOOLEAN, label VARCHAR
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
    device VARCHAR, os VARCHAR, browser VARCHAR, network VARCHAR, language VARCHAR, country VARCHAR, utm VARCHAR,
    bot VARCHAR, events BIGINT, pages BIGINT, actions BIGINT, calls BIGINT, failed BIGINT, signals BIGINT
);

-- Why a call has no link.
CREATE TABLE unlinked (
    project BIGINT, call UUID, call_form UTINYINT, call_text VARCHAR, side VARCHAR, reason VARCHAR,
    time TIMESTAMP -- of the block
);

-- What was not stored, by the hour it arrived.
CREATE TABLE rejected (project BIGINT, hour TIMESTAMP, source VARCHAR, reason VARCHAR, example VARCHAR, count BIGINT);
CREATE TABLE duplicates (project BIGINT, hour TIMESTAMP, count BIGINT);
