-- What policies cost, and rows of several tenants in one table.

-- truth S40 per_row
-- truth S42 per_row
CREATE TABLE per_row (id uuid PRIMARY KEY, user_id uuid NOT NULL);
ALTER TABLE per_row ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON per_row TO authenticated USING (user_id = auth.uid());
GRANT SELECT, INSERT, UPDATE, DELETE ON per_row TO authenticated;

CREATE FUNCTION is_member(org uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  AS $$ SELECT EXISTS (SELECT FROM public.team_member WHERE team_id = org AND user_id = (SELECT auth.uid())) $$;
REVOKE EXECUTE ON FUNCTION is_member(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_member(uuid) TO authenticated;
-- truth S41 correlated
CREATE TABLE correlated (id uuid PRIMARY KEY, org_id uuid NOT NULL REFERENCES org);
CREATE INDEX ON correlated (org_id);
ALTER TABLE correlated ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON correlated TO authenticated USING ((SELECT is_member(org_id)));
GRANT SELECT, INSERT, UPDATE, DELETE ON correlated TO authenticated;

-- truth S42 unindexed
CREATE TABLE unindexed (id uuid PRIMARY KEY, user_id uuid NOT NULL);
ALTER TABLE unindexed ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON unindexed TO authenticated USING (user_id = (SELECT auth.uid()));
GRANT SELECT, INSERT, UPDATE, DELETE ON unindexed TO authenticated;

-- truth S43 casted
CREATE TABLE casted (id uuid PRIMARY KEY, org_id uuid NOT NULL REFERENCES org);
CREATE INDEX ON casted (org_id);
ALTER TABLE casted ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON casted TO authenticated
  USING (org_id::text = (SELECT current_setting('app.org', true)));
GRANT SELECT, INSERT, UPDATE, DELETE ON casted TO authenticated;

-- truth S44 searched
CREATE TABLE searched (id uuid PRIMARY KEY, user_id uuid NOT NULL, tags text[] NOT NULL);
CREATE INDEX ON searched (user_id);
ALTER TABLE searched ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON searched TO authenticated USING (user_id = (SELECT auth.uid()));
GRANT SELECT, INSERT, UPDATE, DELETE ON searched TO authenticated;
CREATE INDEX searched_tags ON searched USING gin (tags);

-- truth S45 frozen_org
CREATE FUNCTION frozen_org() RETURNS uuid LANGUAGE sql IMMUTABLE
  AS $$ SELECT nullif(current_setting('app.org', true), '')::uuid $$;
CREATE TABLE frozen (id uuid PRIMARY KEY, org_id uuid NOT NULL REFERENCES org);
CREATE INDEX ON frozen (org_id);
ALTER TABLE frozen ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON frozen TO authenticated USING (org_id = (SELECT frozen_org()));
GRANT SELECT, INSERT, UPDATE, DELETE ON frozen TO authenticated;

-- truth S46 project
CREATE TABLE project (id uuid PRIMARY KEY, org_id uuid NOT NULL REFERENCES org, title text NOT NULL UNIQUE);
CREATE INDEX ON project (org_id);
ALTER TABLE project ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON project TO authenticated USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON project TO authenticated;

-- truth S47 task
-- truth S48 task
CREATE TABLE task (id uuid PRIMARY KEY, org_id uuid NOT NULL REFERENCES org, project_id uuid NOT NULL REFERENCES project ON DELETE CASCADE);
CREATE INDEX ON task (org_id);
CREATE INDEX ON task (project_id);
ALTER TABLE task ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON task TO authenticated USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON task TO authenticated;

-- truth S49 optional_org
CREATE TABLE optional_org (id uuid PRIMARY KEY, org_id uuid REFERENCES org);
CREATE INDEX ON optional_org (org_id);
ALTER TABLE optional_org ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON optional_org TO authenticated USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON optional_org TO authenticated;

-- Files of every bucket, and of those that are still to come.
-- truth S54 storage.objects
CREATE POLICY any_file ON storage.objects FOR INSERT TO authenticated WITH CHECK ((SELECT auth.uid()) IS NOT NULL);
CREATE POLICY own_files ON storage.objects FOR SELECT TO authenticated USING (owner = (SELECT auth.uid()));

-- Last, as it is for what is made later.
-- truth S36 public
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO anon;
