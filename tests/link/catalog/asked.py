"""What a real PostgreSQL says of itself, in the shape of described.py."""

from typing import Any

from ...postgres import Postgres
from . import described

_CATALOG = """
SELECT json_build_object(
  'tables', (SELECT coalesce(json_agg(json_build_array(n.nspname, c.relname, c.relkind, c.relrowsecurity,
      c.relforcerowsecurity)), '[]')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname !~ '^pg_|^information_schema'),
  'columns', (SELECT coalesce(json_agg(json_build_array(n.nspname, c.relname, a.attname,
      format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
      a.attgenerated, a.attidentity)), '[]')
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
    AND n.nspname !~ '^pg_|^information_schema'),
  'indexes', (SELECT coalesce(json_agg(json_build_array(n.nspname, i.relname, c.relname, x.indisunique,
      x.indisprimary, x.indisvalid, m.amname, pg_get_indexdef(i.oid))), '[]')
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
    JOIN pg_am m ON m.oid = i.relam JOIN pg_namespace n ON n.oid = i.relnamespace
    WHERE n.nspname !~ '^pg_|^information_schema'),
  'constraints', (SELECT coalesce(json_agg(json_build_array(n.nspname, c.relname, k.conname, k.contype,
      k.convalidated, k.confdeltype, r.relname, pg_get_constraintdef(k.oid),
      (SELECT json_agg(a.attname ORDER BY p.n) FROM unnest(k.conkey) WITH ORDINALITY p(num, n)
       JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.num))), '[]')
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_class r ON r.oid = k.confrelid
    WHERE n.nspname !~ '^pg_|^information_schema'),
  'enums', (SELECT coalesce(json_agg(json_build_array(n.nspname, t.typname,
      (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))), '[]')
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype = 'e' AND n.nspname !~ '^pg_|^information_schema'),
  'sequences', (SELECT coalesce(json_agg(n.nspname || '.' || c.relname), '[]')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' AND n.nspname !~ '^pg_|^information_schema'))
"""


def catalog(postgres: Postgres) -> dict[str, object]:
    """Everything that described.everything() tells of a replayed catalog."""
    postgres.run("SET search_path = public")  # what is in it is printed without schema
    found: dict[str, Any] = postgres.json(_CATALOG)
    constraints = found["constraints"]
    return {
        "tables": {
            f"{schema}.{name}": (kind, rls, force) for schema, name, kind, rls, force in found["tables"]
        },
        "columns": {
            f"{schema}.{table}.{name}": (
                type,
                not_null,
                None if generated else described.default_text(default),
                bool(generated),
                identity,
            )
            for schema, table, name, type, not_null, default, generated, identity in found["columns"]
        },
        "indexes": {
            f"{schema}.{name}": (table, unique, primary, valid, method, *described.printed_index(definition))
            for schema, name, table, unique, primary, valid, method, definition in found["indexes"]
        },
        "foreign keys": {
            f"{schema}.{table}.{name}": (tuple(columns), target, action, valid)
            for schema, table, name, kind, valid, action, target, _, columns in constraints
            if kind == "f"
        },
        "checks": {
            f"{schema}.{table}.{name}": (valid, described.printed_check(definition))
            for schema, table, name, kind, valid, _, _, definition, _ in constraints
            if kind == "c"
        },
        "enums": {f"{schema}.{name}": tuple(values or ()) for schema, name, values in found["enums"]},
        "sequences": set(found["sequences"]),
    }
