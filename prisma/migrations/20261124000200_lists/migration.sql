-- Indexes of the lists and of the search box: each way a list can be sorted or searched has one, so that a page costs the same with a
-- million rows as with a hundred.

-- Serial numbers are typed from the beginning, as they are read out.
CREATE INDEX certificate_serial ON certificate (serial_number text_pattern_ops);
CREATE INDEX certificate_by_expiry ON certificate (not_after, id);
-- A phone is found by what its owner calls it and by its model.
CREATE INDEX phone_words_trgm ON phone USING gin (certdesk_fold(name || ' ' || model) gin_trgm_ops);
-- Failures of the last hours, whatever kind they are.
CREATE INDEX enrollment_ended_badly ON enrollment (state_changed_at) WHERE state IN ('refused', 'rejected', 'failed');
-- What happened to a person, newest first.
CREATE INDEX audit_entry_of_user ON audit_entry (object_id, seq DESC) WHERE object_kind = 'user';
