r"""The queries that make the files for --stats, as a script for psql.

Source: https://www.postgresql.org/docs/current/monitoring-stats.html
Source: https://www.postgresql.org/docs/current/pgstatstatements.html
"""

from typing import Final

# psql reads \copy to the end of its line, so that each query is one.
_TABLES: Final = (
    "SELECT s.schemaname, s.relname, s.n_live_tup, s.n_tup_ins, s.n_tup_upd, s.n_tup_del, s.n_tup_hot_upd, "
    "s.seq_scan, s.seq_tup_read, pg_table_size(s.relid) AS bytes, d.stats_reset, now() AS taken_at "
    "FROM pg_stat_user_tables s, pg_stat_database d WHERE d.datname = current_database()"
)
_INDEXES: Final = (
    "SELECT s.schemaname, s.relname, s.indexrelname, s.idx_scan, pg_relation_size(s.indexrelid) AS bytes, "
    "d.stats_reset, now() AS taken_at FROM pg_stat_user_indexes s, pg_stat_database d "
    "WHERE d.datname = current_database()"
)
_STATEMENTS: Final = (
    "SELECT s.query, s.calls, s.rows, s.total_exec_time, s.mean_exec_time FROM pg_stat_statements s "
    "JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = current_database() "
    r"AND s.query ~* '^\s*(select|update|delete|with)\M' ORDER BY s.total_exec_time DESC LIMIT 5000"
)
FILES: Final = {
    "crowsfoot-tables.csv": _TABLES,
    "crowsfoot-indexes.csv": _INDEXES,
    "crowsfoot-statements.csv": _STATEMENTS,
}

_HEAD: Final = """\
-- What PostgreSQL counts of tables, indexes and statements, into three files. Run it where the traffic is:
--   psql -X -d DATABASE -f THIS_FILE
-- and give the files to the advice:
--   crowsfoot advise{stats}
-- Statements come from the extension pg_stat_statements, without the values of their parameters; where it is
-- missing, its query fails and the other two files are enough.
"""


def script() -> str:
    """The script; each query also runs by itself in any client that exports CSV or JSON."""
    stats = "".join(f" --stats {it}" for it in FILES)
    copies = [f"\\copy ({query}) TO '{file}' CSV HEADER\n" for file, query in FILES.items()]
    return _HEAD.format(stats=stats) + "".join(copies)
