DROP INDEX msgbot_inbox_albums;
ALTER TABLE msgbot_inbox
    DROP COLUMN bound,
    DROP COLUMN album;
