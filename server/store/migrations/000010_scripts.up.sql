-- What answers automatically for each bot: rules, hours and flows.

-- version rises with every change of any part. The hits of rules stand apart from the rules: they rise with every answer.
CREATE TABLE msgbot_scripts (
    bot_id         text PRIMARY KEY REFERENCES msgbot_bots ON DELETE CASCADE,
    version        bigint NOT NULL,
    rules          jsonb NOT NULL DEFAULT '[]',
    rules_version  bigint NOT NULL DEFAULT 0,
    hours          jsonb NOT NULL DEFAULT '{}',
    hours_version  bigint NOT NULL DEFAULT 0
);
CREATE TABLE msgbot_rule_hits (
    bot_id   text NOT NULL REFERENCES msgbot_bots ON DELETE CASCADE,
    rule_id  text NOT NULL,
    hits     bigint NOT NULL,
    PRIMARY KEY (bot_id, rule_id)
);

-- draft and published are versions, 0 for none; newest is the version that was given last.
CREATE TABLE msgbot_flows (
    bot_id      text NOT NULL REFERENCES msgbot_bots ON DELETE CASCADE,
    name        text NOT NULL,
    newest      int NOT NULL,
    draft       int NOT NULL,
    published   int NOT NULL DEFAULT 0,
    is_on       boolean NOT NULL DEFAULT false,
    changed_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (bot_id, name)
);
CREATE TABLE msgbot_flow_versions (
    bot_id   text NOT NULL,
    name     text NOT NULL,
    version  int NOT NULL,
    text     text NOT NULL,
    at       timestamptz NOT NULL DEFAULT now(),
    by       text NOT NULL,
    PRIMARY KEY (bot_id, name, version),
    FOREIGN KEY (bot_id, name) REFERENCES msgbot_flows ON DELETE CASCADE
);
