ALTER TABLE msgbot_scripts DROP COLUMN had_flow;
