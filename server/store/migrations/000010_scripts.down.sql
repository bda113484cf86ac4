DROP TABLE msgbot_flow_versions;
DROP TABLE msgbot_flows;
DROP TABLE msgbot_rule_hits;
DROP TABLE msgbot_scripts;
