-- What an import changes or ends in a framework stands in its history too: kind change or end, author_id 0. Looked for by the skill.
CREATE INDEX framework_edit_skill ON framework_edit (district_id, competency_id, edit_id);
