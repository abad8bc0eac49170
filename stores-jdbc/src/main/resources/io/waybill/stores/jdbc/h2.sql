CREATE TABLE IF NOT EXISTS waybill_verifier_state (
  group_name       VARCHAR(100) NOT NULL,
  topic_name       VARCHAR(100) NOT NULL,
  partition_number INTEGER NOT NULL,
  version          BIGINT NOT NULL,
  state            BLOB NOT NULL,
  PRIMARY KEY (group_name, topic_name, partition_number)
)
