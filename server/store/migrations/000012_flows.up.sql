-- had_flow says that a flow was published once: customers may be inside it, or hold its buttons, whatever became of it.
-- told are the commands that the bot's messenger shows, by language.
ALTER TABLE msgbot_scripts
    ADD COLUMN had_flow  boolean NOT NULL DEFAULT false,
    ADD COLUMN told      jsonb NOT NULL DEFAULT '{}';
UPDATE msgbot_scripts s SET had_flow = true
WHERE EXISTS (SELECT FROM msgbot_flows f WHERE f.bot_id = s.bot_id AND f.published > 0);

-- A flow that was removed leaves its row in msgbot_flows, draft and published 0: newest is never lowered.
