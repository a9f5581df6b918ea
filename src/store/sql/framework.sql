-- name: framework_edit_insert :exec
-- null: :other_id
INSERT INTO framework_edit (district_id, edit_id, framework_id, client_id, kind, competency_id, other_id, before, after, author_id)
VALUES (:district_id, :edit_id, :framework_id, :client_id, :kind, :competency_id, :other_id, :before, :after, :author_id)
ON CONFLICT (district_id, author_id, client_id) DO NOTHING
-- name: framework_edit_list :many
SELECT f.edit_id, f.kind, f.competency_id, f.other_id, f.before, f.after, u.given_name, u.family_name
FROM framework_edit f LEFT JOIN user_account u ON u.district_id = f.district_id AND u.user_id = f.author_id
WHERE f.district_id IN (0, :district_id) AND f.framework_id = :framework_id ORDER BY f.edit_id DESC LIMIT 100
-- name: skill_history :many
-- why: how a skill read before
SELECT edit_id, before, author_id FROM framework_edit WHERE district_id IN (0, :district_id) AND competency_id = :competency_id AND kind IN ('change', 'end')
ORDER BY edit_id DESC LIMIT 20
-- name: framework_edit_count :one
SELECT COUNT(*) AS count FROM framework_edit WHERE district_id IN (0, :district_id) AND framework_id = :framework_id AND author_id <> 0
-- name: skill_insert :exec
-- null: :parent_id
INSERT INTO competency (district_id, competency_id, framework_id, parent_id, uri, code, statement, name, type, grades, position, try_at_home, status)
VALUES (:district_id, :competency_id, :framework_id, :parent_id, :uri, :code, :statement, :name, 'Skill', :grades, :position, :try_at_home, 'active')
-- name: skill_change :exec
-- why: only the district's own; what comes from outside is changed where it comes from
UPDATE competency SET code = :code, statement = :statement, name = :name, try_at_home = :try_at_home
WHERE district_id = :district_id AND competency_id = :competency_id
-- name: link_add :exec
INSERT INTO competency_link (district_id, link_id, from_id, type, to_id, position, status)
VALUES (:district_id, :link_id, :from_id, 'precedes', :to_id, 0, 'active')
-- name: link_own :many
SELECT from_id FROM competency_link WHERE district_id = :district_id AND to_id = :to_id AND type = 'precedes' AND status = 'active'
-- name: link_end :exec
UPDATE competency_link SET status = 'closed', closed_at_ms = :now_ms
WHERE district_id = :district_id AND from_id = :from_id AND to_id = :to_id AND type = 'precedes' AND status = 'active'
-- name: align_add :exec
INSERT INTO item_competency (district_id, item_id, version, competency_id, since_id)
VALUES (:district_id, :item_id, :version, :competency_id, :since_id)
ON CONFLICT (district_id, item_id, version, competency_id) DO NOTHING
-- name: coverage_evidence :many
-- row: coverage
-- why: which skills anybody has evidence of
SELECT competency_id, COUNT(*) AS count FROM mastery WHERE district_id = :district_id AND evidence_count > 0 GROUP BY competency_id ORDER BY competency_id
-- name: coverage_seen :many
-- row: coverage
-- why: which skills were seen off the screen, along an index that holds only these facts
SELECT competency_id, COUNT(*) AS count FROM evidence WHERE district_id = :district_id AND competency_id IS NOT NULL GROUP BY competency_id ORDER BY competency_id
