DROP TABLE msgbot_connections;
