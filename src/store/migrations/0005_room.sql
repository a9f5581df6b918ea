-- Rows that change with every answer keep room beside them on their page, so that PostgreSQL need not touch their keys.
{only_postgresql} ALTER TABLE learner_state SET (fillfactor = 40);
{only_postgresql} ALTER TABLE mastery SET (fillfactor = 70);
