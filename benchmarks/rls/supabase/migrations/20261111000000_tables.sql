-- Row-level security on and off. "truth" names what is wrong, and with which table, view, function or role;
-- what no truth names is right. A table that nobody was granted is not called open: nothing leaks from it.
CREATE ROLE app_login LOGIN;
CREATE TABLE org (id uuid PRIMARY KEY, name text NOT NULL);
ALTER TABLE org ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON org USING (id = (SELECT (auth.jwt() -> 'app_metadata' ->> 'org')::uuid));
GRANT SELECT ON org TO authenticated;

-- truth S01 open_note
CREATE TABLE open_note (id uuid PRIMARY KEY, body text);
GRANT SELECT ON open_note TO anon;

CREATE TABLE own_note (id uuid PRIMARY KEY, user_id uuid NOT NULL, body text);
CREATE INDEX ON own_note (user_id);
ALTER TABLE own_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON own_note TO authenticated USING (user_id = (SELECT auth.uid()));
GRANT SELECT, INSERT, UPDATE, DELETE ON own_note TO authenticated;

-- truth S01 event
CREATE TABLE event (id bigint, at timestamptz NOT NULL, body text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE event_2026 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
GRANT SELECT ON event TO authenticated;

-- Nobody but its owner may reach it, and its rows are nobody's.
CREATE TABLE job_log (id bigint PRIMARY KEY, message text);

-- The role of a program that logs in by itself, for which policies count.
-- truth S02 order_line
CREATE TABLE order_line (id uuid PRIMARY KEY, org_id uuid NOT NULL REFERENCES org, amount int NOT NULL);
CREATE INDEX ON order_line (org_id);
GRANT SELECT ON order_line TO app_login;

-- Of many tenants, and nobody but its owner may reach it.
CREATE TABLE org_job (id uuid PRIMARY KEY, org_id uuid NOT NULL REFERENCES org);
CREATE INDEX ON org_job (org_id);

-- truth S03 forgotten
CREATE TABLE forgotten (id uuid PRIMARY KEY, body text);
ALTER TABLE forgotten ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON forgotten TO authenticated;

-- Only roles that no policy holds back work with it.
CREATE TABLE backend_only (id uuid PRIMARY KEY, secret text);
ALTER TABLE backend_only ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON backend_only TO service_role;

-- truth S04 legacy_doc
CREATE TABLE legacy_doc (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON legacy_doc (user_id);
CREATE POLICY own ON legacy_doc USING (user_id = (SELECT auth.uid()));

-- truth S05 forced_only
CREATE TABLE forced_only (id uuid PRIMARY KEY, body text);
ALTER TABLE forced_only FORCE ROW LEVEL SECURITY;

CREATE TABLE audit_entry (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON audit_entry (user_id);
ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON audit_entry USING (user_id = (SELECT auth.uid()));

CREATE TABLE looped (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON looped (user_id);
DO $$
BEGIN
  EXECUTE 'ALTER TABLE looped ENABLE ROW LEVEL SECURITY';
END $$;
CREATE POLICY own ON looped USING (user_id = (SELECT auth.uid()));
GRANT SELECT ON looped TO authenticated;

CREATE TABLE dropped_later (id uuid PRIMARY KEY);
GRANT SELECT ON dropped_later TO anon;
