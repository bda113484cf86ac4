-- The outbox holds files by their ids, and besides replies what is to be done about those that were sent: rows of the
-- kinds edit, delete and react.

-- Until now files were counted only, and a reply with files failed. One that is not tried yet fails with the same words:
-- which files it had is not known here.
UPDATE msgbot_outbox SET state = 'failed', reason = 'files cannot be sent yet', code = 0, not_before = NULL
WHERE files > 0 AND state IN ('queued', 'held', 'sending', 'unknown');

-- revised, revised_files and withdrawn are what a reply became while it was being sent: another text, other files, or no
-- reply any more ('note', 'deleted', 'skip'). failed_call is the first call whose message the messenger
-- failed before all of the reply was sent; its words are the reason then.
ALTER TABLE msgbot_outbox
    DROP COLUMN files,
    ADD COLUMN file_ids       text[] NOT NULL DEFAULT '{}',
    ADD COLUMN revised_files  text[],
    ADD COLUMN failed_call    int,
    ALTER COLUMN withdrawn DROP DEFAULT,
    ALTER COLUMN withdrawn TYPE text USING CASE WHEN withdrawn THEN 'note' ELSE '' END,
    ALTER COLUMN withdrawn SET DEFAULT '';

DROP INDEX msgbot_outbox_notices;
CREATE INDEX msgbot_outbox_notices ON msgbot_outbox (bot_id, id)
    WHERE NOT noticed AND state IN ('failed', 'unknown', 'held') AND kind <> 'react';
