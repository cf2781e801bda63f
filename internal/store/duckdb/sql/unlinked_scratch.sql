-- Rows that a chain of shared keys leads to, with their keys; absent keys are NULL.
CREATE OR REPLACE TEMP TABLE reached (
    project BIGINT, seq BIGINT, time TIMESTAMP, person BOOLEAN, round BIGINT,
    session VARCHAR, visitor VARCHAR, usr VARCHAR, trace UUID, answer UUID, request UUID, client BIGINT, agent BIGINT
)
