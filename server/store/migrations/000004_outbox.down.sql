DROP TABLE msgbot_outbox;
