-- Replies from the moment they are seen. epoch is that of the lease under which the present attempt was begun; noticed
-- is set when the author was told that it did not go out.

CREATE TABLE msgbot_outbox (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bot_id           text NOT NULL,
    conversation_id  text NOT NULL REFERENCES msgbot_conversations ON DELETE CASCADE,
    post_id          text NOT NULL,
    kind             text NOT NULL DEFAULT 'send',
    text             text NOT NULL,
    author_first     text NOT NULL,
    author_full      text NOT NULL,
    files            int NOT NULL,
    state            text NOT NULL,
    reason           text NOT NULL DEFAULT '',
    code             int NOT NULL DEFAULT 0,
    part             int NOT NULL DEFAULT 0,
    attempt          int NOT NULL DEFAULT 0,
    first_try_at     timestamptz,
    not_before       timestamptz,
    created_at       timestamptz NOT NULL,
    epoch            bigint NOT NULL DEFAULT 0,
    revised          text,
    withdrawn        boolean NOT NULL DEFAULT false,
    noticed          boolean NOT NULL DEFAULT false,
    CONSTRAINT msgbot_outbox_post UNIQUE (post_id, kind)
);
CREATE INDEX msgbot_outbox_queued ON msgbot_outbox (bot_id, created_at, post_id) WHERE state = 'queued';
CREATE INDEX msgbot_outbox_sending ON msgbot_outbox (bot_id, epoch) WHERE state = 'sending';
CREATE INDEX msgbot_outbox_notices ON msgbot_outbox (bot_id, id)
    WHERE NOT noticed AND state IN ('failed', 'unknown', 'held');
CREATE INDEX msgbot_outbox_conversation ON msgbot_outbox (conversation_id, created_at, post_id);
