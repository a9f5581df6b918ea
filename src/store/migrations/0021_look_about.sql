-- A second look may be asked at a grade, a pace or a suggestion, not only at a level.
ALTER TABLE second_look ADD COLUMN about {text}; -- [none|record] none: the level of a skill; grade (the id is the course's); pace:ID of a requirement (the id is 0); next (a suggestion)
