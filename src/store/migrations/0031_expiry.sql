-- What has expired is found along an index, by the writer, at each sign-in.
CREATE INDEX session_expiry ON session (district_id, expires_at_ms);
CREATE INDEX api_token_expiry ON api_token (district_id, expires_at_ms);
CREATE INDEX sign_in_failure_expiry ON sign_in_failure (district_id, until_ms);
