-- What policies say.

-- truth S09 open_update
CREATE TABLE open_update (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON open_update (user_id);
ALTER TABLE open_update ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON open_update FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY changed ON open_update FOR UPDATE TO authenticated USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON open_update TO authenticated;

-- truth S09 open_insert
CREATE TABLE open_insert (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON open_insert (user_id);
ALTER TABLE open_insert ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON open_insert FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY made ON open_insert FOR INSERT TO authenticated WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON open_insert TO authenticated;

-- Everybody may read what is published.
CREATE TABLE public_post (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON public_post (user_id);
ALTER TABLE public_post ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_reads ON public_post FOR SELECT TO anon, authenticated USING (true);
GRANT SELECT ON public_post TO anon, authenticated;

-- truth S09 same_column
CREATE TABLE same_column (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON same_column (user_id);
ALTER TABLE same_column ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON same_column TO authenticated USING (user_id = user_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON same_column TO authenticated;

-- truth S09 not_false
CREATE TABLE not_false (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON not_false (user_id);
ALTER TABLE not_false ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON not_false TO authenticated USING (NOT false);
GRANT SELECT, INSERT, UPDATE, DELETE ON not_false TO authenticated;

-- truth S09 or_true
CREATE TABLE or_true (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON or_true (user_id);
ALTER TABLE or_true ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON or_true TO authenticated USING (user_id = (SELECT auth.uid()) OR true);
GRANT SELECT, INSERT, UPDATE, DELETE ON or_true TO authenticated;

-- truth S16 dead_insert
CREATE TABLE dead_insert (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON dead_insert (user_id);
ALTER TABLE dead_insert ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON dead_insert FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY made ON dead_insert FOR INSERT TO authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON dead_insert TO authenticated;

-- truth S10 login_only
CREATE TABLE login_only (id uuid PRIMARY KEY, org_id uuid NOT NULL REFERENCES org);
CREATE INDEX ON login_only (org_id);
ALTER TABLE login_only ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON login_only TO authenticated USING ((SELECT auth.uid()) IS NOT NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON login_only TO authenticated;

-- truth S12 widened
CREATE TABLE widened (id uuid PRIMARY KEY, org_id uuid NOT NULL REFERENCES org, created_at timestamptz NOT NULL);
CREATE INDEX ON widened (org_id);
ALTER TABLE widened ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON widened TO authenticated USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::uuid));
CREATE POLICY recent ON widened TO authenticated USING (created_at > now() - interval '1 day');
GRANT SELECT, INSERT, UPDATE, DELETE ON widened TO authenticated;

-- truth S13 only_restrictive
CREATE TABLE only_restrictive (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON only_restrictive (user_id);
ALTER TABLE only_restrictive ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON only_restrictive AS RESTRICTIVE TO authenticated USING (user_id = (SELECT auth.uid()));
GRANT SELECT, INSERT, UPDATE, DELETE ON only_restrictive TO authenticated;

-- truth S14 other_role
CREATE TABLE other_role (id uuid PRIMARY KEY, org_id uuid NOT NULL REFERENCES org, user_id uuid NOT NULL);
CREATE INDEX ON other_role (org_id);
CREATE INDEX ON other_role (user_id);
ALTER TABLE other_role ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON other_role TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY inside ON other_role AS RESTRICTIVE TO anon USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON other_role TO authenticated;

-- truth S15 moved_away
CREATE TABLE moved_away (id uuid PRIMARY KEY, org_id uuid NOT NULL REFERENCES org);
CREATE INDEX ON moved_away (org_id);
ALTER TABLE moved_away ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON moved_away TO authenticated USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::uuid)) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON moved_away TO authenticated;

-- USING counts for new rows as well.
CREATE TABLE using_only (id uuid PRIMARY KEY, org_id uuid NOT NULL REFERENCES org);
CREATE INDEX ON using_only (org_id);
ALTER TABLE using_only ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON using_only TO authenticated USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON using_only TO authenticated;

-- truth S17 unseen_insert
CREATE TABLE unseen_insert (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON unseen_insert (user_id);
ALTER TABLE unseen_insert ENABLE ROW LEVEL SECURITY;
CREATE POLICY made ON unseen_insert FOR INSERT TO authenticated WITH CHECK (user_id = (SELECT auth.uid()));
GRANT SELECT, INSERT, UPDATE, DELETE ON unseen_insert TO authenticated;

-- truth S18 unseen_update
CREATE TABLE unseen_update (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON unseen_update (user_id);
ALTER TABLE unseen_update ENABLE ROW LEVEL SECURITY;
CREATE POLICY changed ON unseen_update FOR UPDATE TO authenticated USING (user_id = (SELECT auth.uid()));
GRANT SELECT, INSERT, UPDATE, DELETE ON unseen_update TO authenticated;

-- truth S19 open_unset
CREATE TABLE open_unset (id uuid PRIMARY KEY, org_id uuid NOT NULL REFERENCES org);
CREATE INDEX ON open_unset (org_id);
ALTER TABLE open_unset ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON open_unset TO authenticated
  USING ((SELECT current_setting('app.org', true)) IS NULL OR org_id = (SELECT nullif(current_setting('app.org', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON open_unset TO authenticated;

-- truth S19 open_coalesce
CREATE TABLE open_coalesce (id uuid PRIMARY KEY, org_id text NOT NULL);
CREATE INDEX ON open_coalesce (org_id);
ALTER TABLE open_coalesce ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON open_coalesce TO authenticated
  USING (coalesce((SELECT current_setting('app.org', true)), org_id) = org_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON open_coalesce TO authenticated;

-- truth S19 open_distinct
CREATE TABLE open_distinct (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON open_distinct (user_id);
ALTER TABLE open_distinct ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON open_distinct TO authenticated
  USING ((SELECT current_setting('app.kind', true)) IS DISTINCT FROM 'guest');
GRANT SELECT, INSERT, UPDATE, DELETE ON open_distinct TO authenticated;

-- truth S20 empty_cast
CREATE TABLE empty_cast (id uuid PRIMARY KEY, org_id uuid NOT NULL REFERENCES org);
CREATE INDEX ON empty_cast (org_id);
ALTER TABLE empty_cast ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON empty_cast TO authenticated
  USING (org_id = (SELECT current_setting('app.org', true)::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON empty_cast TO authenticated;

CREATE TABLE safe_cast (id uuid PRIMARY KEY, org_id uuid NOT NULL REFERENCES org);
CREATE INDEX ON safe_cast (org_id);
ALTER TABLE safe_cast ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON safe_cast TO authenticated
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON safe_cast TO authenticated;

-- truth S22 bare_setting
CREATE TABLE bare_setting (id uuid PRIMARY KEY, org_id text NOT NULL);
CREATE INDEX ON bare_setting (org_id);
ALTER TABLE bare_setting ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON bare_setting TO authenticated
  USING (org_id = (SELECT current_setting('tenant', true)));
GRANT SELECT, INSERT, UPDATE, DELETE ON bare_setting TO authenticated;

-- truth S23 flagged
CREATE TABLE flagged (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON flagged (user_id);
ALTER TABLE flagged ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON flagged TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY everything ON flagged TO authenticated
  USING ((SELECT current_setting('app.bypass_rls', true)) = 'on');
GRANT SELECT, INSERT, UPDATE, DELETE ON flagged TO authenticated;

-- truth S24 user_meta
CREATE TABLE user_meta (id uuid PRIMARY KEY, org_id uuid NOT NULL REFERENCES org);
CREATE INDEX ON user_meta (org_id);
ALTER TABLE user_meta ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON user_meta TO authenticated
  USING (org_id = (SELECT (auth.jwt() -> 'user_metadata' ->> 'org')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON user_meta TO authenticated;

-- Users cannot change what the server says of them.
CREATE TABLE app_meta (id uuid PRIMARY KEY, org_id uuid NOT NULL REFERENCES org);
CREATE INDEX ON app_meta (org_id);
ALTER TABLE app_meta ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app_meta TO authenticated
  USING (org_id = (SELECT (auth.jwt() -> 'app_metadata' ->> 'org')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON app_meta TO authenticated;

-- truth S25 by_login
CREATE TABLE by_login (id uuid PRIMARY KEY, owner_name text NOT NULL);
CREATE INDEX ON by_login (owner_name);
ALTER TABLE by_login ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON by_login TO authenticated USING (owner_name = current_user);
GRANT SELECT, INSERT, UPDATE, DELETE ON by_login TO authenticated;

CREATE ROLE reporter NOLOGIN;
-- truth S50 unused_role
CREATE TABLE unused_role (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON unused_role (user_id);
ALTER TABLE unused_role ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON unused_role TO reporter USING (user_id = (SELECT auth.uid()));
GRANT SELECT, INSERT, UPDATE, DELETE ON unused_role TO authenticated;

-- truth S55 said_twice
CREATE TABLE said_twice (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON said_twice (user_id);
ALTER TABLE said_twice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON said_twice TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY again ON said_twice TO authenticated USING (user_id = (SELECT auth.uid()));
GRANT SELECT, INSERT, UPDATE, DELETE ON said_twice TO authenticated;
