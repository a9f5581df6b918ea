-- Work under way that nobody has written in for thirty days is found along an index, by `waymark retention`.
CREATE INDEX draft_age ON draft (district_id, updated_at_ms);
