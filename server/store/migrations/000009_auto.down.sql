-- An older version would take a timer for an update, and knows no rows of these kinds. What did not go out is no message.
DELETE FROM msgbot_inbox WHERE starts_with(event_id, 'timer:') AND state = 'waiting';
DELETE FROM msgbot_messages m USING msgbot_outbox o WHERE o.post_id = m.post_id AND o.kind = 'auto' AND o.state <> 'sent';
DELETE FROM msgbot_outbox WHERE kind IN ('auto', 'keyboard');

DROP INDEX msgbot_outbox_notices;
CREATE INDEX msgbot_outbox_notices ON msgbot_outbox (bot_id, id)
    WHERE NOT noticed AND state IN ('failed', 'unknown', 'held') AND kind <> 'react';
ALTER TABLE msgbot_outbox
    DROP COLUMN shown,
    DROP COLUMN by,
    DROP COLUMN buttons;

DROP TRIGGER msgbot_mode ON msgbot_conversations;
DROP FUNCTION msgbot_mode();
DROP TRIGGER msgbot_auto ON msgbot_conversations;
DROP FUNCTION msgbot_auto();
ALTER TABLE msgbot_conversations
    DROP COLUMN early_edit_at,
    DROP COLUMN lane,
    DROP COLUMN no_answer_at,
    DROP COLUMN human_since,
    DROP COLUMN last_agent_at,
    DROP COLUMN keyboard,
    DROP COLUMN memory;
