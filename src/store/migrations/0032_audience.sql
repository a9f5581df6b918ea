-- Staff learn on the same tables as students; what counts, leads or reports students leaves them out.
ALTER TABLE course ADD COLUMN audience {text} NOT NULL DEFAULT 'students'; -- [none|district] whom it is for: students or staff
