-- Albums: album is the key that their updates share, bound the post that they were bound to before it was made.

ALTER TABLE msgbot_inbox
    ADD COLUMN album  text NOT NULL DEFAULT '',
    ADD COLUMN bound  text NOT NULL DEFAULT '';
CREATE INDEX msgbot_inbox_albums ON msgbot_inbox (bot_id, album, lane, id) WHERE state = 'waiting' AND album <> '';
