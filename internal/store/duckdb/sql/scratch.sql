-- Tables of the writer's connection alone; they are never written to disk.
CREATE TEMP TABLE incoming (n BIGINT, project BIGINT, id UUID, form UTINYINT, own TIMESTAMP);
CREATE TEMP TABLE covered (project BIGINT, id UUID, is_call BOOLEAN);
CREATE TEMP TABLE person (device_id VARCHAR, user_id VARCHAR);
CREATE TEMP TABLE doomed (kind VARCHAR, seq BIGINT, id UUID, session_id VARCHAR, trace UUID, answer UUID);
CREATE TEMP TABLE named (project BIGINT, id UUID, is_call BOOLEAN);
CREATE TEMP TABLE touched (project BIGINT, id UUID, time TIMESTAMP);
CREATE TEMP TABLE merged AS FROM rollup_hours LIMIT 0;
CREATE TEMP TABLE claims_fresh AS SELECT * EXCLUDE (withdrawn) FROM claims LIMIT 0;
CREATE TEMP TABLE claims_given AS SELECT CAST(0 AS BIGINT) AS n, * FROM claims_fresh;
CREATE TEMP TABLE claims_orphaned AS SELECT project, device_id, user_id, withdrawn FROM claims LIMIT 0;
CREATE TEMP TABLE people_now AS FROM people LIMIT 0;
CREATE TEMP TABLE people_touched (device_id VARCHAR);
