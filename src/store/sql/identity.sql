-- name: district_all :one
-- all districts: to find the one that a request is for
SELECT district_id, name, host FROM district WHERE district_id > 0 ORDER BY district_id
-- name: district_insert :exec
INSERT INTO district (district_id, name, host, created_at_ms) VALUES (:district_id, :name, :host, :created_at_ms)
-- name: user_by_name :one
SELECT user_id, username, password_hash, enabled, status FROM user_account
WHERE district_id = :district_id AND username = :username
-- name: user_by_folded_name :many
-- row: user_by_name
-- types: :folded text
SELECT user_id, username, password_hash, enabled, status FROM user_account
WHERE district_id = :district_id AND LOWER(username) = :folded LIMIT 2
-- name: user_alike :many
-- why: one pass over the names, by `waymark check`
SELECT u.username FROM user_account u WHERE u.district_id = :district_id AND EXISTS (
  SELECT 1 FROM user_account o WHERE o.district_id = u.district_id AND LOWER(o.username) = LOWER(u.username)
    AND o.user_id <> u.user_id) ORDER BY LOWER(u.username), u.username LIMIT :limit
-- name: user_get :one
SELECT username, given_name, family_name, preferred_name, grade, language, enabled, status FROM user_account
WHERE district_id = :district_id AND user_id = :user_id
-- name: user_insert :exec
INSERT INTO user_account (district_id, user_id, username, given_name, family_name, middle_name, preferred_name,
  pronouns, email, grade, language, enabled, status, password_hash, created_at_ms, named_alike)
VALUES (:district_id, :user_id, :username, :given_name, :family_name, :middle_name, :preferred_name,
  :pronouns, :email, :grade, :language, 1, 'active', :password_hash, :created_at_ms, 0)
-- name: user_set_password :exec
UPDATE user_account SET password_hash = :password_hash WHERE district_id = :district_id AND user_id = :user_id
-- name: user_list :many
-- row: user_name
SELECT user_id, username FROM user_account WHERE district_id = :district_id AND status = 'active' ORDER BY user_id
-- name: user_list_class :many
-- row: user_name
SELECT u.user_id, u.username FROM enrollment e JOIN user_account u ON u.district_id = e.district_id AND u.user_id = e.user_id
WHERE e.district_id = :district_id AND e.class_id = :class_id AND {current e} ORDER BY u.user_id
-- name: role_list :many
SELECT r.role, r.org_id FROM user_role r WHERE r.district_id = :district_id AND r.user_id = :user_id AND {current r}
ORDER BY role, org_id
-- name: role_insert :exec
INSERT INTO user_role (district_id, user_id, org_id, role, status) VALUES (:district_id, :user_id, :org_id, :role, 'active')
ON CONFLICT (district_id, user_id, org_id, role) DO UPDATE SET status = 'active'
-- name: session_insert :exec
INSERT INTO session (district_id, token_hash, user_id, created_at_ms, expires_at_ms)
VALUES (:district_id, :token_hash, :user_id, :created_at_ms, :expires_at_ms)
-- name: session_get :many
-- row: signed_in
-- why: on the way of every request: who asks, in one read; a row a role
SELECT u.username, u.given_name, u.family_name, u.preferred_name, u.grade, u.language, u.enabled, u.status, s.user_id, s.expires_at_ms, r.role, r.org_id
FROM session s JOIN user_account u ON u.district_id = s.district_id AND u.user_id = s.user_id
LEFT JOIN user_role r ON r.district_id = s.district_id AND r.user_id = s.user_id AND {current r}
WHERE s.district_id = :district_id AND s.token_hash = :token_hash
-- name: session_delete :exec
DELETE FROM session WHERE district_id = :district_id AND token_hash = :token_hash
-- name: session_end_others :exec
DELETE FROM session WHERE district_id = :district_id AND user_id = :user_id AND token_hash <> :token_hash
-- name: session_expire :exec
-- why: a few at each sign-in, along the index
DELETE FROM session WHERE district_id = :district_id AND token_hash IN (
  SELECT token_hash FROM session WHERE district_id = :district_id AND expires_at_ms < :before_ms ORDER BY expires_at_ms LIMIT 50)
-- name: token_expire :exec
DELETE FROM api_token WHERE district_id = :district_id AND token_hash IN (
  SELECT token_hash FROM api_token WHERE district_id = :district_id AND expires_at_ms < :before_ms ORDER BY expires_at_ms LIMIT 50)
-- name: failure_expire :exec
DELETE FROM sign_in_failure WHERE district_id = :district_id AND account_hash IN (
  SELECT account_hash FROM sign_in_failure WHERE district_id = :district_id AND until_ms < :before_ms ORDER BY until_ms LIMIT 50)
-- name: session_expired :one
-- row: expired
SELECT COUNT(*) AS count FROM session WHERE district_id = :district_id AND expires_at_ms < :before_ms
-- name: token_expired :one
-- row: expired
SELECT COUNT(*) AS count FROM api_token WHERE district_id = :district_id AND expires_at_ms < :before_ms
-- name: failure_expired :one
-- row: expired
SELECT COUNT(*) AS count FROM sign_in_failure WHERE district_id = :district_id AND until_ms < :before_ms
-- name: draft_expired :one
-- row: expired
SELECT COUNT(*) AS count FROM draft WHERE district_id = :district_id AND updated_at_ms < :before_ms
-- name: draft_expire :exec
-- why: a few at a time, along the index
DELETE FROM draft WHERE district_id = :district_id AND (learner_id, item_id, variant) IN (
  SELECT learner_id, item_id, variant FROM draft WHERE district_id = :district_id AND updated_at_ms < :before_ms
  ORDER BY updated_at_ms LIMIT 200)
-- name: token_insert :exec
INSERT INTO api_token (district_id, token_hash, user_id, created_at_ms, expires_at_ms)
VALUES (:district_id, :token_hash, :user_id, :created_at_ms, :expires_at_ms)
-- name: token_get :many
-- row: signed_in
-- why: on the way of every request: who asks, in one read; a row a role
SELECT u.username, u.given_name, u.family_name, u.preferred_name, u.grade, u.language, u.enabled, u.status, t.user_id, t.expires_at_ms, r.role, r.org_id
FROM api_token t JOIN user_account u ON u.district_id = t.district_id AND u.user_id = t.user_id
LEFT JOIN user_role r ON r.district_id = t.district_id AND r.user_id = t.user_id AND {current r}
WHERE t.district_id = :district_id AND t.token_hash = :token_hash
-- name: failure_get :one
SELECT failures, until_ms FROM sign_in_failure WHERE district_id = :district_id AND account_hash = :account_hash
-- name: failure_set :exec
INSERT INTO sign_in_failure (district_id, account_hash, failures, until_ms)
VALUES (:district_id, :account_hash, :failures, :until_ms)
ON CONFLICT (district_id, account_hash) DO UPDATE SET failures = excluded.failures, until_ms = excluded.until_ms
-- name: failure_clear :exec
DELETE FROM sign_in_failure WHERE district_id = :district_id AND account_hash = :account_hash
-- name: access_insert :exec
INSERT INTO access_record (district_id, access_id, actor_id, scope, scope_id, route, relation)
VALUES (:district_id, :access_id, :actor_id, :scope, :scope_id, :route, :relation)
-- name: access_list :many
-- types: given_name text, family_name text, :from_id int, :before_id int
-- why: of one learner, class or school, along the index, the latest first
SELECT a.access_id, a.actor_id, a.route, a.relation, COALESCE(u.given_name, '') AS given_name, COALESCE(u.family_name, '') AS family_name
FROM access_record a LEFT JOIN user_account u ON u.district_id = a.district_id AND u.user_id = a.actor_id
WHERE a.district_id = :district_id AND a.scope = :scope AND a.scope_id = :scope_id AND a.access_id >= :from_id
  AND a.access_id < :before_id ORDER BY a.access_id DESC LIMIT :limit
