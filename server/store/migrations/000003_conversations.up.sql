-- Customers, conversations, their threads and messages.

CREATE TABLE msgbot_customers (
    id           text PRIMARY KEY,
    bot_id       text NOT NULL REFERENCES msgbot_bots ON DELETE CASCADE,
    external_id  text NOT NULL,
    name         text NOT NULL,
    first_name   text NOT NULL,
    username     text NOT NULL,
    language     text NOT NULL,
    avatar_url   text NOT NULL,
    CONSTRAINT msgbot_customers_person UNIQUE (bot_id, external_id)
);

-- unreachable stands here and not at the customer: a group or a business connection can be lost while its people can
-- still be written to elsewhere.
CREATE TABLE msgbot_conversations (
    id                 text PRIMARY KEY,
    bot_id             text NOT NULL REFERENCES msgbot_bots ON DELETE CASCADE,
    customer_id        text NOT NULL REFERENCES msgbot_customers ON DELETE CASCADE,
    chat_id            text NOT NULL,
    connection         text NOT NULL,
    chat_kind          text NOT NULL,
    chat_title         text NOT NULL,
    status             text NOT NULL DEFAULT 'open',
    mode               text NOT NULL DEFAULT 'bot',
    assignee_id        text NOT NULL DEFAULT '',
    tags               text[] NOT NULL DEFAULT '{}',
    unreachable        text NOT NULL DEFAULT '',
    root_post_id       text NOT NULL DEFAULT '',
    channel_id         text NOT NULL DEFAULT '',
    thread_seq         int NOT NULL DEFAULT 0,
    thread_posts       int NOT NULL DEFAULT 0,
    preview            text NOT NULL DEFAULT '',
    waiting_since      timestamptz,
    last_message_at    timestamptz,
    closed_at          timestamptz,
    first_response_ms  bigint NOT NULL DEFAULT 0,
    created_at         timestamptz NOT NULL DEFAULT now(),
    card_version       bigint NOT NULL DEFAULT 0,
    card_shown         bigint NOT NULL DEFAULT 0,
    card_shown_at      timestamptz,
    CONSTRAINT msgbot_conversations_chat UNIQUE (bot_id, chat_id, connection)
);
CREATE INDEX msgbot_conversations_customer ON msgbot_conversations (customer_id);
CREATE INDEX msgbot_conversations_due ON msgbot_conversations (bot_id, card_shown_at)
    WHERE card_shown < card_version AND root_post_id <> '';

-- What a card shows, in one place: whoever changes it makes the card due, and a new card shows it already.
CREATE FUNCTION msgbot_card() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.status, NEW.mode, NEW.assignee_id, NEW.tags, NEW.unreachable, NEW.waiting_since)
        IS DISTINCT FROM (OLD.status, OLD.mode, OLD.assignee_id, OLD.tags, OLD.unreachable, OLD.waiting_since) THEN
        NEW.card_version := OLD.card_version + 1;
    END IF;
    IF NEW.root_post_id <> OLD.root_post_id THEN
        NEW.card_shown := NEW.card_version;
        NEW.card_shown_at := now();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER msgbot_card BEFORE UPDATE ON msgbot_conversations FOR EACH ROW EXECUTE FUNCTION msgbot_card();

CREATE TABLE msgbot_threads (
    root_post_id     text PRIMARY KEY,
    bot_id           text NOT NULL REFERENCES msgbot_bots ON DELETE CASCADE,
    conversation_id  text NOT NULL REFERENCES msgbot_conversations ON DELETE CASCADE,
    channel_id       text NOT NULL,
    seq              int NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX msgbot_threads_conversation ON msgbot_threads (conversation_id);
CREATE INDEX msgbot_threads_channels ON msgbot_threads (bot_id, channel_id);

-- Every post that was judged or made. The direction is empty for an agent's post that is nobody's reply: it is kept
-- only to be known. seen_ms is Mattermost's updateat of the post when it was judged.
CREATE TABLE msgbot_messages (
    post_id          text PRIMARY KEY,
    conversation_id  text NOT NULL REFERENCES msgbot_conversations ON DELETE CASCADE,
    direction        text NOT NULL,
    author_id        text NOT NULL DEFAULT '',
    at               timestamptz NOT NULL,
    seen_ms          bigint NOT NULL DEFAULT 0
);
CREATE INDEX msgbot_messages_newest ON msgbot_messages (conversation_id, at, post_id);

-- What a message is at the messenger: several parts when it was too long for one.
CREATE TABLE msgbot_parts (
    conversation_id  text NOT NULL REFERENCES msgbot_conversations ON DELETE CASCADE,
    direction        text NOT NULL,
    external_id      text NOT NULL,
    post_id          text NOT NULL,
    number           int NOT NULL,
    kind             text NOT NULL DEFAULT 'text',
    state            text NOT NULL,
    PRIMARY KEY (conversation_id, direction, external_id)
);
CREATE INDEX msgbot_parts_post ON msgbot_parts (post_id);
