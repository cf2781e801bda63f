-- The highest confidence at which an action is known that caused the call, NULL when
-- none is: kept by whatever writes or deletes links, so that a question about linked
-- calls does not have to look at any link.
ALTER TABLE calls ADD COLUMN IF NOT EXISTS linked DOUBLE;
