-- What links tell of a call, kept by whatever writes or deletes links, so that a question
-- about linked calls does not have to look at any link.
ALTER TABLE calls ADD COLUMN IF NOT EXISTS linked DOUBLE;    -- the highest confidence at which an action is known that caused it
ALTER TABLE calls ADD COLUMN IF NOT EXISTS tied DOUBLE;      -- that of its best link
ALTER TABLE calls ADD COLUMN IF NOT EXISTS tied_by VARCHAR;  -- the method of that link
ALTER TABLE calls ADD COLUMN IF NOT EXISTS answered DOUBLE;  -- the highest at which it answered a client call
