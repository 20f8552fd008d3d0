-- truth S07 audit_entry
ALTER TABLE audit_entry DISABLE ROW LEVEL SECURITY;
DROP TABLE dropped_later;
