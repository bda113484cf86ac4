DROP TABLE msgbot_inbox;
