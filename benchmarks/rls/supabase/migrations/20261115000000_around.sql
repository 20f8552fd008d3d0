-- Views, functions, grants and roles: ways around policies.

-- truth S30 note_view
CREATE VIEW note_view AS SELECT id, body FROM own_note;
GRANT SELECT ON note_view TO authenticated;

CREATE VIEW note_invoked WITH (security_invoker = true) AS SELECT id, body FROM own_note;
GRANT SELECT ON note_invoked TO authenticated;

-- truth S31 note_replaced
CREATE VIEW note_replaced WITH (security_invoker = true) AS SELECT id FROM own_note;
CREATE OR REPLACE VIEW note_replaced AS SELECT id, body FROM own_note;
GRANT SELECT ON note_replaced TO authenticated;

-- truth S33 note_stored
CREATE MATERIALIZED VIEW note_stored AS SELECT id, body FROM own_note;
GRANT SELECT ON note_stored TO authenticated;

-- truth S28 unpinned
CREATE FUNCTION unpinned() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
  AS $$ SELECT count(*) FROM own_note $$;
REVOKE EXECUTE ON FUNCTION unpinned() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unpinned() TO service_role;

-- Whoever logs in can make a temporary table own_note, which the function then reads.
-- truth S28 half_pinned
CREATE FUNCTION half_pinned() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
  AS $$ SELECT count(*) FROM own_note $$;
REVOKE EXECUTE ON FUNCTION half_pinned() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION half_pinned() TO app_login;

-- Nobody can make temporary tables through the API, so that here it is enough.
CREATE FUNCTION served_only() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
  AS $$ SELECT count(*) FROM own_note WHERE user_id = (SELECT auth.uid()) $$;
REVOKE EXECUTE ON FUNCTION served_only() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION served_only() TO authenticated;

-- truth S29 all_notes
CREATE FUNCTION all_notes() RETURNS SETOF own_note LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  AS $$ SELECT * FROM public.own_note $$;

CREATE FUNCTION admin_notes() RETURNS SETOF own_note LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  AS $$ SELECT * FROM public.own_note $$;
REVOKE EXECUTE ON FUNCTION admin_notes() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION admin_notes() TO service_role;

CREATE FUNCTION my_notes() RETURNS SETOF own_note LANGUAGE sql STABLE
  AS $$ SELECT * FROM own_note $$;

CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
  AS $$ BEGIN NEW.body := trim(NEW.body); RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE INSERT ON own_note FOR EACH ROW EXECUTE FUNCTION stamp();

-- truth S34 reading_2026
CREATE TABLE reading (id bigint, org_id uuid NOT NULL, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE INDEX ON reading (org_id);
CREATE TABLE reading_2026 PARTITION OF reading FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
ALTER TABLE reading ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reading TO authenticated
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::uuid));
GRANT SELECT ON reading, reading_2026 TO authenticated;

-- truth S35 emptied
CREATE TABLE emptied (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON emptied (user_id);
ALTER TABLE emptied ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON emptied TO app_login USING (user_id = (SELECT nullif(current_setting('app.user', true), '')::uuid));
GRANT ALL ON emptied TO app_login;

-- PostgREST has no request that empties a table.
CREATE TABLE not_emptied (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON not_emptied (user_id);
ALTER TABLE not_emptied ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON not_emptied TO authenticated USING (user_id = (SELECT auth.uid()));
GRANT ALL ON not_emptied TO authenticated;

-- No API serves the schema, and anon may not use it.
CREATE SCHEMA app;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO anon;

-- truth S37 app_server
CREATE ROLE app_server LOGIN BYPASSRLS;
GRANT SELECT ON own_note TO app_server;

-- It is for backups, which need all rows.
CREATE ROLE backup LOGIN BYPASSRLS;
GRANT SELECT ON own_note TO backup;

-- truth S38 app_owned
CREATE TABLE app_owned (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON app_owned (user_id);
ALTER TABLE app_owned ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app_owned USING (user_id = (SELECT auth.uid()));
ALTER TABLE app_owned OWNER TO app_login;

-- truth S51 note_copy
CREATE TABLE note_copy (LIKE own_note INCLUDING ALL);
GRANT SELECT ON note_copy TO authenticated;
