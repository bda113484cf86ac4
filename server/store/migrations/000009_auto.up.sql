-- Automatic answers: what they remember of a conversation, its timer, and their messages in the outbox.

-- memory is what the arbiter remembers, NULL for nothing. keyboard is the message whose buttons the customer sees.
-- no_answer_at is when the timer for an answer that did not come runs out, lane where it comes back.
ALTER TABLE msgbot_conversations
    ADD COLUMN memory         jsonb,
    ADD COLUMN keyboard       text NOT NULL DEFAULT '',
    ADD COLUMN last_agent_at  timestamptz,
    ADD COLUMN human_since    timestamptz,
    ADD COLUMN no_answer_at   timestamptz,
    ADD COLUMN lane           text NOT NULL DEFAULT '';
UPDATE msgbot_conversations c SET last_agent_at = replied.at
FROM (
    SELECT m.conversation_id, max(m.at) AS at
    FROM msgbot_messages m JOIN msgbot_outbox o ON o.post_id = m.post_id AND o.kind = 'send'
    WHERE m.direction = 'out' AND o.state NOT IN ('held', 'cancelled')
    GROUP BY m.conversation_id) replied
WHERE replied.conversation_id = c.id;
CREATE INDEX msgbot_conversations_timers ON msgbot_conversations (bot_id, no_answer_at) WHERE no_answer_at IS NOT NULL;
CREATE INDEX msgbot_conversations_keyboards ON msgbot_conversations (bot_id, id) WHERE keyboard <> '' AND mode = 'human';

-- early_edit_at is the time of the newest edit that was shown before its original came.
ALTER TABLE msgbot_conversations ADD COLUMN early_edit_at timestamptz;

-- What follows from a change of a conversation, whoever makes it: a timer is for one who waits, and a flow goes on with
-- bots only.
CREATE FUNCTION msgbot_auto() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.waiting_since IS NULL OR NEW.status = 'closed' THEN
        NEW.no_answer_at := NULL;
    END IF;
    IF NEW.mode = 'human' THEN
        NEW.memory := NEW.memory - 'position';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER msgbot_auto BEFORE UPDATE ON msgbot_conversations FOR EACH ROW
    WHEN (NEW.no_answer_at IS NOT NULL OR NEW.memory IS NOT NULL) EXECUTE FUNCTION msgbot_auto();

CREATE FUNCTION msgbot_mode() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.human_since := CASE NEW.mode WHEN 'human' THEN now() END;
    RETURN NEW;
END $$;
CREATE TRIGGER msgbot_mode BEFORE UPDATE ON msgbot_conversations FOR EACH ROW
    WHEN (NEW.mode <> OLD.mode) EXECUTE FUNCTION msgbot_mode();
UPDATE msgbot_conversations SET human_since = last_agent_at WHERE mode = 'human';

-- shown says that the post of an automatic message is in its thread. by names who answered.
ALTER TABLE msgbot_outbox
    ADD COLUMN buttons  jsonb,
    ADD COLUMN by       text NOT NULL DEFAULT '',
    ADD COLUMN shown    boolean NOT NULL DEFAULT false;
DROP INDEX msgbot_outbox_notices;
CREATE INDEX msgbot_outbox_notices ON msgbot_outbox (bot_id, id)
    WHERE NOT noticed AND state IN ('failed', 'unknown', 'held') AND kind NOT IN ('react', 'keyboard');
