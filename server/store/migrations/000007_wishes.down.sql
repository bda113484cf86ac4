-- An older version would send what is no reply.
DELETE FROM msgbot_outbox WHERE kind <> 'send';

DROP INDEX msgbot_outbox_notices;
CREATE INDEX msgbot_outbox_notices ON msgbot_outbox (bot_id, id)
    WHERE NOT noticed AND state IN ('failed', 'unknown', 'held');

ALTER TABLE msgbot_outbox ADD COLUMN files int NOT NULL DEFAULT 0;
UPDATE msgbot_outbox SET files = cardinality(file_ids);
ALTER TABLE msgbot_outbox
    ALTER COLUMN files DROP DEFAULT,
    DROP COLUMN file_ids,
    DROP COLUMN revised_files,
    DROP COLUMN failed_call,
    ALTER COLUMN withdrawn DROP DEFAULT,
    ALTER COLUMN withdrawn TYPE boolean USING withdrawn <> '',
    ALTER COLUMN withdrawn SET DEFAULT false;
