-- Calls of flows' services: made beside the conversation's lane, once each. Their answers come back as rows of the inbox.
-- A call that an earlier epoch began has no answer any more. A call and what it is made of go when it is answered.
CREATE TABLE msgbot_calls (
    id              bigserial PRIMARY KEY,
    bot_id          text NOT NULL REFERENCES msgbot_bots (id) ON DELETE CASCADE,
    conversation_id text NOT NULL REFERENCES msgbot_conversations (id) ON DELETE CASCADE,
    lane            text NOT NULL,
    call            jsonb NOT NULL,
    -- asked_at is the messenger's time of what the customer did.
    asked_at        timestamptz NOT NULL,
    begun_in        bigint -- the epoch, NULL for waiting
);
CREATE INDEX msgbot_calls_bot ON msgbot_calls (bot_id, id);
CREATE INDEX msgbot_calls_conversation ON msgbot_calls (conversation_id);

-- Automatic messages that the customer got and that no thread shows yet.
CREATE INDEX msgbot_outbox_unshown ON msgbot_outbox (bot_id, created_at) WHERE kind = 'auto' AND NOT shown;

-- Also a conversation that closes leaves its flow, and what a flow holds back goes with it.
CREATE OR REPLACE FUNCTION msgbot_auto() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.waiting_since IS NULL OR NEW.status = 'closed' THEN
        NEW.no_answer_at := NULL;
    END IF;
    IF NEW.mode = 'human' OR NEW.status = 'closed' AND OLD.status <> 'closed' THEN
        NEW.memory := NEW.memory - 'position' - 'held';
    END IF;
    RETURN NEW;
END $$;
