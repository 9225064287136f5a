-- Somebody of whom the columns say nothing.
INSERT INTO people (email, first_name, member) VALUES ('cyd@example.org', 'Cyd', '200');
