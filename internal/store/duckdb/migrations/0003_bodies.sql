-- What calls of endpoints that opted in carried; kept for days.
CREATE TABLE bodies (
    project BIGINT, seq BIGINT, time TIMESTAMP, -- of the call
    call UUID, call_form UTINYINT, call_text VARCHAR,
    request VARCHAR, response VARCHAR
);
