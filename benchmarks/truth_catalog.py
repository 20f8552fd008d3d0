"""What a database holds after a replay, compared with what was recorded of it."""

from collections import Counter

from postgres import Connection

# One query for each list of an expected.catalog.json; only what both name is compared.
QUERIES = {
    "tables_list": """
        SELECT n.nspname, c.relname, c.relkind::text
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname !~ '^(pg_|information_schema)'""",
    "indexes_list": """
        SELECT n.nspname, c.relname, pg_get_indexdef(c.oid), i.indisvalid
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname !~ '^(pg_|information_schema)'""",
    "fks_list": """
        SELECT n.nspname, t.relname, k.conname, k.confdeltype::text, k.convalidated, r.relname
        FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid
        JOIN pg_namespace n ON n.oid = t.relnamespace WHERE k.contype = 'f'""",
    "columns_list": """
        SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
        AND n.nspname !~ '^(pg_|information_schema)'""",
    "enums_list": """
        SELECT n.nspname, t.typname, array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
        FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid JOIN pg_namespace n ON n.oid = t.typnamespace
        GROUP BY 1, 2""",
    "checks_list": """
        SELECT n.nspname, t.relname, k.conname, k.convalidated, pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
        JOIN pg_namespace n ON n.oid = t.relnamespace
        WHERE k.contype = 'c' AND n.nspname !~ '^(pg_|information_schema)'""",
}
KEYS = {
    "tables_list": ("schema", "table", "kind"),
    "indexes_list": ("schema", "index", "def", "valid"),
    "fks_list": ("schema", "table", "name", "ondelete", "validated", "ref"),
    "columns_list": ("schema", "table", "column", "type", "not_null", "default"),
    "enums_list": ("schema", "name", "values"),
    "checks_list": ("schema", "table", "name", "validated", "def"),
}


def differences(expected: dict[str, list[dict[str, object]]], connection: Connection) -> list[str]:
    """What only one of the two has, a line each."""
    found: list[str] = []
    for name, query in QUERIES.items():
        recorded = Counter(
            str(tuple(it[key] for key in KEYS[name]))
            for it in expected[name]
            if not str(it["schema"]).startswith("pg_")
        )
        here = Counter(str(row) for row in connection.rows(query))
        found += [f"{name}: only here {it}" for it in (here - recorded).elements()]
        found += [f"{name}: only recorded {it}" for it in (recorded - here).elements()]
    return found
