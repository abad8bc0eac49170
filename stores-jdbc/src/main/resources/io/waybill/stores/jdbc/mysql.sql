CREATE TABLE IF NOT EXISTS waybill_verifier_state (
  group_name       VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  topic_name       VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  partition_number INTEGER NOT NULL,
  version          BIGINT NOT NULL,
  state            LONGBLOB NOT NULL,
  PRIMARY KEY (group_name, topic_name, partition_number)
) ENGINE = InnoDB
