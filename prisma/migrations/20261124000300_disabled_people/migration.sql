-- The few who are disabled, in the order of the list of users.
CREATE INDEX user_disabled ON "user" (search text_pattern_ops) WHERE status = 'disabled';
