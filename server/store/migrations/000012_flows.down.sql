DELETE FROM msgbot_flows WHERE draft = 0 AND published = 0;
ALTER TABLE msgbot_scripts
    DROP COLUMN told,
    DROP COLUMN had_flow;
