-- What is known of a message's content: how many posts it takes, what its parts are, its earlier texts.

ALTER TABLE msgbot_conversations ADD COLUMN payload text NOT NULL DEFAULT '';

-- waits says that somebody waits for an answer to an inbound message. quote_key finds the message that an agent quotes.
ALTER TABLE msgbot_messages
    ADD COLUMN posts      int NOT NULL DEFAULT 1,
    ADD COLUMN waits      boolean NOT NULL DEFAULT true,
    ADD COLUMN edited_at  timestamptz,
    ADD COLUMN quote_key  text NOT NULL DEFAULT '';
CREATE INDEX msgbot_messages_quotes ON msgbot_messages (conversation_id, quote_key, at) WHERE quote_key <> '';

-- call is the place of the call that sent a part, from 0: until now each part was a call of its own. The digests are
-- empty for what was recorded before there were any.
ALTER TABLE msgbot_parts
    ADD COLUMN call          int NOT NULL DEFAULT 0,
    ADD COLUMN text_digest   text NOT NULL DEFAULT '',
    ADD COLUMN files_digest  text NOT NULL DEFAULT '',
    ADD COLUMN sent_at       timestamptz NOT NULL DEFAULT now();
UPDATE msgbot_parts p SET call = greatest(p.number - 1, 0), sent_at = m.at FROM msgbot_messages m WHERE m.post_id = p.post_id;
CREATE INDEX msgbot_parts_unseen ON msgbot_parts (conversation_id, sent_at, number)
    WHERE direction = 'out' AND state IN ('sent', 'delivered');

-- Earlier texts of customers' messages: Mattermost shows no history of a bot's post.
CREATE TABLE msgbot_versions (
    post_id          text NOT NULL,
    inbox_id         bigint NOT NULL,
    conversation_id  text NOT NULL REFERENCES msgbot_conversations ON DELETE CASCADE,
    at               timestamptz NOT NULL,
    text             text NOT NULL,
    PRIMARY KEY (post_id, inbox_id)
);
CREATE INDEX msgbot_versions_conversation ON msgbot_versions (conversation_id);
