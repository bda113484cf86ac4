DROP INDEX msgbot_outbox_unshown;
DROP TABLE msgbot_calls;
DELETE FROM msgbot_inbox WHERE state = 'waiting' AND (event_id LIKE 'answer:%' OR event_id LIKE 'line:%');
CREATE OR REPLACE FUNCTION msgbot_auto() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.waiting_since IS NULL OR NEW.status = 'closed' THEN
        NEW.no_answer_at := NULL;
    END IF;
    IF NEW.mode = 'human' THEN
        NEW.memory := NEW.memory - 'position';
    END IF;
    RETURN NEW;
END $$;
