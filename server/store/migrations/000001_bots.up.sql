-- Bots, who works for them, and what is known of their health.

-- The database's own key for tokens: at most one row.
CREATE TABLE msgbot_key (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    key  bytea NOT NULL
);

CREATE TABLE msgbot_bots (
    id          text PRIMARY KEY,
    kind        text NOT NULL,
    account_id  text NOT NULL,
    name        text NOT NULL,
    username    text NOT NULL,
    avatar_url  text NOT NULL,
    channel_id  text NOT NULL,
    mode        text NOT NULL,
    paused      boolean NOT NULL,
    settings    jsonb NOT NULL,
    created_by  text NOT NULL,
    created_at  timestamptz NOT NULL,
    version     bigint NOT NULL DEFAULT 1,
    key_id      text NOT NULL,
    sealed      bytea NOT NULL,
    CONSTRAINT msgbot_bots_account UNIQUE (kind, account_id)
);

CREATE TABLE msgbot_nodes (
    node        text PRIMARY KEY,
    expires_at  timestamptz NOT NULL
);

-- The owner of each bot, and how far he has come.
CREATE TABLE msgbot_leases (
    bot_id       text PRIMARY KEY REFERENCES msgbot_bots ON DELETE CASCADE,
    node         text NOT NULL DEFAULT '',
    epoch        bigint NOT NULL DEFAULT 0,
    expires_at   timestamptz NOT NULL DEFAULT now(),
    poll_offset  bigint NOT NULL DEFAULT 0,
    scan_mark    timestamptz
);

CREATE TABLE msgbot_health (
    bot_id  text PRIMARY KEY REFERENCES msgbot_bots ON DELETE CASCADE,
    checks  jsonb NOT NULL
);

CREATE TABLE msgbot_exchanges (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bot_id     text NOT NULL REFERENCES msgbot_bots ON DELETE CASCADE,
    at         timestamptz NOT NULL,
    direction  text NOT NULL,
    method     text NOT NULL,
    status     int NOT NULL,
    micros     bigint NOT NULL,
    error      text NOT NULL
);
CREATE INDEX msgbot_exchanges_newest ON msgbot_exchanges (bot_id, at, id);
