-- Phones that nobody has confirmed, or that were refused, are no phones of the person: asked wherever phones are listed or counted, and when
-- an attestation key is held against those on record. They are few.
CREATE INDEX enrollment_phone_not_taken ON enrollment (phone_id)
  WHERE phone_id IS NOT NULL AND state IN ('confirming', 'rejected', 'expired', 'cancelled');
