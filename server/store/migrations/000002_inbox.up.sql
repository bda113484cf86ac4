-- Updates from their arrival on. A finished row stays, so that a late second delivery is known; its payload is purged.

CREATE TABLE msgbot_inbox (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bot_id       text NOT NULL REFERENCES msgbot_bots ON DELETE CASCADE,
    event_id     text NOT NULL,
    lane         text NOT NULL,
    raw          bytea,
    state        text NOT NULL,
    reason       text NOT NULL DEFAULT '',
    attempts     int NOT NULL DEFAULT 0,
    not_before   timestamptz,
    received_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT msgbot_inbox_event UNIQUE (bot_id, event_id)
);
CREATE INDEX msgbot_inbox_waiting ON msgbot_inbox (bot_id, id) WHERE state = 'waiting';
CREATE INDEX msgbot_inbox_quarantined ON msgbot_inbox (bot_id) WHERE state = 'quarantined';
CREATE INDEX msgbot_inbox_payloads ON msgbot_inbox (bot_id, received_at) WHERE state <> 'waiting' AND raw IS NOT NULL;
