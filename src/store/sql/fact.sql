-- name: fact_insert :send
-- null: :replaces_id
INSERT INTO fact (district_id, bucket, subject_id, fact_id, kind, version, recorder_id, client_id, body_hash, happened_at_ms, received_at_ms,
  school_date, replaces_id)
VALUES (:district_id, :bucket, :subject_id, :fact_id, :kind, :version, :recorder_id, :client_id, :body_hash, :happened_at_ms, :received_at_ms,
  :school_date, :replaces_id)
-- name: facts_find :many
-- why: a phone resends when the reply is lost; and an id must be above the subject's last, whichever server gave that
-- types: :keys text, place int, fact_id int, body_hash int, last_id int
SELECT 0 AS place, f.fact_id, f.body_hash,
  (SELECT MAX(l.fact_id) FROM fact l WHERE l.district_id = :district_id AND l.bucket = :bucket AND l.subject_id = :subject_id) AS last_id
FROM (SELECT 1 AS one) LEFT JOIN fact f ON f.district_id = :district_id AND f.bucket = :bucket AND f.subject_id = :subject_id
  AND f.recorder_id = :recorder_id AND f.client_id = :client_id AND f.kind = :kind
-- postgresql:
SELECT (k->>0)::bigint AS place, f.fact_id, f.body_hash,
  (SELECT MAX(l.fact_id) FROM fact l WHERE l.district_id = :district_id AND l.bucket = (k->>1)::int AND l.subject_id = (k->>2)::bigint) AS last_id
FROM json_array_elements(:keys::json) AS k LEFT JOIN fact f ON f.district_id = :district_id AND f.bucket = (k->>1)::int
  AND f.subject_id = (k->>2)::bigint AND f.recorder_id = (k->>3)::bigint AND f.client_id = k->>4 AND f.kind = k->>5
