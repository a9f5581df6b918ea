-- A comment on a draft may be about one of the settings that it would change.
ALTER TABLE draft_comment ADD COLUMN about {text}; -- [none|district] the setting, by its path; none: the draft as a whole
