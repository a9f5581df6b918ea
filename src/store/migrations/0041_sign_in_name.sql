-- Whoever signs in need not mind the case of the user name: found along an index when no name is the same letter for letter.
CREATE INDEX user_account_folded ON user_account (district_id, LOWER(username));
