-- Telegram Business connections. told_at is the time of the newest that the messenger told of one.

CREATE TABLE msgbot_connections (
    bot_id            text NOT NULL REFERENCES msgbot_bots ON DELETE CASCADE,
    id                text NOT NULL,
    owner_id          text NOT NULL,
    owner_name        text NOT NULL,
    owner_first_name  text NOT NULL,
    owner_username    text NOT NULL,
    owner_language    text NOT NULL,
    owner_avatar_url  text NOT NULL,
    enabled           boolean NOT NULL,
    can_reply         boolean NOT NULL,
    state             text NOT NULL,
    accepted          boolean NOT NULL DEFAULT false,
    since             timestamptz NOT NULL,
    number            int NOT NULL DEFAULT 1,
    decided_by        text NOT NULL DEFAULT '',
    told_at           timestamptz NOT NULL,
    PRIMARY KEY (bot_id, id)
);
