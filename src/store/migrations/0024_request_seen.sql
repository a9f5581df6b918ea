-- Nothing wrote or read this table any more: what is sent twice is found by the client id of each fact.
DROP TABLE request_seen;
