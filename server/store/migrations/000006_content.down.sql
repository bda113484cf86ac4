DROP TABLE msgbot_versions;
DROP INDEX msgbot_parts_unseen;
ALTER TABLE msgbot_parts
    DROP COLUMN sent_at,
    DROP COLUMN files_digest,
    DROP COLUMN text_digest,
    DROP COLUMN call;
DROP INDEX msgbot_messages_quotes;
ALTER TABLE msgbot_messages
    DROP COLUMN quote_key,
    DROP COLUMN edited_at,
    DROP COLUMN waits,
    DROP COLUMN posts;
ALTER TABLE msgbot_conversations DROP COLUMN payload;
