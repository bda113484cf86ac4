DROP TABLE msgbot_exchanges;
DROP TABLE msgbot_health;
DROP TABLE msgbot_leases;
DROP TABLE msgbot_nodes;
DROP TABLE msgbot_bots;
DROP TABLE msgbot_key;
