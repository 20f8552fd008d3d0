-- Policies that read tables with policies.

-- truth S26 member
CREATE TABLE member (id uuid PRIMARY KEY, org_id uuid NOT NULL REFERENCES org, user_id uuid NOT NULL);
CREATE INDEX ON member (org_id);
CREATE INDEX ON member (user_id);
ALTER TABLE member ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON member TO authenticated
  USING (org_id IN (SELECT m.org_id FROM member m WHERE m.user_id = (SELECT auth.uid())));
GRANT SELECT, INSERT, UPDATE, DELETE ON member TO authenticated;

-- truth S26 guest
CREATE TABLE room (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE INDEX ON room (user_id);
CREATE TABLE guest (room_id uuid REFERENCES room, user_id uuid NOT NULL, PRIMARY KEY (room_id, user_id));
CREATE INDEX ON guest (user_id);
ALTER TABLE room ENABLE ROW LEVEL SECURITY;
ALTER TABLE guest ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON room TO authenticated
  USING (EXISTS (SELECT FROM guest WHERE guest.room_id = room.id AND guest.user_id = (SELECT auth.uid())));
CREATE POLICY own ON guest TO authenticated
  USING (EXISTS (SELECT FROM room WHERE room.id = guest.room_id AND room.user_id = (SELECT auth.uid())));
GRANT SELECT ON room, guest TO authenticated;

-- A function that runs as its owner asks without the policies.
CREATE TABLE team (id uuid PRIMARY KEY, name text);
CREATE TABLE team_member (team_id uuid REFERENCES team, user_id uuid NOT NULL, PRIMARY KEY (team_id, user_id));
CREATE INDEX ON team_member (user_id);
CREATE FUNCTION my_teams() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  AS $$ SELECT team_id FROM public.team_member WHERE user_id = (SELECT auth.uid()) $$;
REVOKE EXECUTE ON FUNCTION my_teams() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION my_teams() TO authenticated;
ALTER TABLE team ENABLE ROW LEVEL SECURITY;
ALTER TABLE team_member ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON team TO authenticated USING (id = ANY (ARRAY(SELECT my_teams())));
CREATE POLICY own ON team_member TO authenticated USING (team_id = ANY (ARRAY(SELECT my_teams())));
GRANT SELECT ON team, team_member TO authenticated;

-- Whoever may write the list decides what the policy lets him see. That the list is open is said of the list.
-- truth S01 share_list
CREATE TABLE share_list (document_id uuid NOT NULL, user_id uuid NOT NULL, PRIMARY KEY (user_id, document_id));
GRANT SELECT, INSERT ON share_list TO authenticated;
CREATE TABLE share (id uuid PRIMARY KEY, body text);
ALTER TABLE share ENABLE ROW LEVEL SECURITY;
CREATE POLICY shared ON share FOR SELECT TO authenticated
  USING (id IN (SELECT document_id FROM share_list WHERE user_id = (SELECT auth.uid())));
GRANT SELECT ON share TO authenticated;

-- truth S52 draft
CREATE TABLE draft_list (draft_id uuid NOT NULL, person text NOT NULL, PRIMARY KEY (person, draft_id));
GRANT SELECT, INSERT ON draft_list TO app_login;
CREATE TABLE draft (id uuid PRIMARY KEY, body text);
ALTER TABLE draft ENABLE ROW LEVEL SECURITY;
CREATE POLICY shared ON draft FOR SELECT TO app_login
  USING (id IN (SELECT draft_id FROM draft_list WHERE person = (SELECT current_setting('app.person', true))));
GRANT SELECT ON draft TO app_login;

-- The same, and the role can only read the list.
CREATE TABLE plan_list (plan_id uuid NOT NULL, person text NOT NULL, PRIMARY KEY (person, plan_id));
GRANT SELECT ON plan_list TO app_login;
CREATE TABLE plan (id uuid PRIMARY KEY, body text);
ALTER TABLE plan ENABLE ROW LEVEL SECURITY;
CREATE POLICY shared ON plan FOR SELECT TO app_login
  USING (id IN (SELECT plan_id FROM plan_list WHERE person = (SELECT current_setting('app.person', true))));
GRANT SELECT ON plan TO app_login;
