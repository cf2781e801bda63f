-- Rows that a chain of shared keys leads to, with their keys; absent keys are NULL.
-- The frontier is the keys to follow next.
CREATE OR REPLACE TEMP TABLE reached (
    project BIGINT, seq BIGINT, time TIMESTAMP, person BOOLEAN, tier BIGINT, round BIGINT,
    session VARCHAR, visitor VARCHAR, usr VARCHAR, trace UUID, answer UUID, request UUID, action UUID, client BIGINT, agent BIGINT
);
CREATE OR REPLACE TEMP TABLE frontier (space VARCHAR, text VARCHAR, bits UUID, num BIGINT)
