DROP TABLE msgbot_parts;
DROP TABLE msgbot_messages;
DROP TABLE msgbot_threads;
DROP TABLE msgbot_conversations;
DROP FUNCTION msgbot_card();
DROP TABLE msgbot_customers;
