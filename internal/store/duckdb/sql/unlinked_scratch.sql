-- The keys to look for next, by window; among server calls too, or not.
CREATE OR REPLACE TEMP TABLE frontier (win BIGINT, space VARCHAR, text VARCHAR, bits UUID, num BIGINT, servers BOOLEAN)
