-- Two user names that differ only in their case are one name to whoever signs in. Those that were there before stay: the
-- later ones are told apart by their ids. `waymark check` names them.
ALTER TABLE user_account ADD COLUMN named_alike BIGINT NOT NULL DEFAULT 0; -- [id|record] the user itself, where another had the same name in another case before that was refused; 0 otherwise
UPDATE user_account SET named_alike = user_id WHERE EXISTS (
  SELECT 1 FROM user_account o WHERE o.district_id = user_account.district_id
    AND LOWER(o.username) = LOWER(user_account.username) AND o.user_id < user_account.user_id);
DROP INDEX user_account_folded;
CREATE UNIQUE INDEX user_account_folded ON user_account (district_id, LOWER(username), named_alike);
