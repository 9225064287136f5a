-- The people of every export: ann and four others may be mailed; each of those below left in another
-- way, and says nothing of it in any other column. Their names and notes have what breaks rows.
INSERT INTO people (email, first_name, member, note, unsubscribed, unsubscribed_at, status, opt_out, subscribed, deceased) VALUES
('ann@example.org', 'Ann', '007', '', FALSE, NULL, 'subscribed', 0, TRUE, FALSE),
('lukasz@example.org', 'Łukasz', '0049', 'semi; colon, comma', FALSE, NULL, 'active', 0, TRUE, FALSE),
('zoe@example.org', 'Zoë "Zed" O''Neil', '012', 'a back\slash, a "quote" and \', FALSE, NULL, 'subscribed', 0, TRUE, FALSE),
('dov@example.org', 'דב', '1e5', 'שתי
שורות', FALSE, NULL, 'Active', 0, TRUE, FALSE),
('joerg@example.org', 'Jörg | Ümit', '+49', 'a	tab', FALSE, NULL, 'SUBSCRIBED', 0, TRUE, FALSE),
('left.flag@example.org', 'Bob \', '101', '"', TRUE, NULL, 'subscribed', 0, TRUE, FALSE),
('left.date@example.org', 'Bo"b', '102', 'x"', FALSE, '2024-02-01 10:30:00', 'subscribed', 0, TRUE, FALSE),
('left.word@example.org', 'Bob, "B"', '103', 'one\
two', FALSE, NULL, 'unsubscribed', 0, TRUE, FALSE),
('left.bounce@example.org', 'Bób', '104', '\"', FALSE, NULL, 'bounced', 0, TRUE, FALSE),
('left.number@example.org', 'Bob', '105', '\N', FALSE, NULL, 'subscribed', 1, TRUE, FALSE),
('left.no@example.org', 'Bob;', '106', '""', FALSE, NULL, 'subscribed', 0, FALSE, FALSE),
('left.dead@example.org', 'Bob	B', '107', ',', FALSE, NULL, 'subscribed', 0, TRUE, TRUE),
('left.not.yet@example.org', 'Bob', '108', '''', FALSE, NULL, 'pending', 0, TRUE, FALSE);
