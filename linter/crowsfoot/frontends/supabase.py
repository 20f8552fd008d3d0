"""Supabase's config.toml to what its API serves.

Source: https://supabase.com/docs/guides/local-development/cli/config
"""

from typing import Any

from crowsfoot.facts.settings import ServedSchemas

_NOTHING = ServedSchemas()


def read(text: str) -> ServedSchemas:
    """What the table [api] says; nothing where the text is no TOML, or of something else."""
    import tomllib

    try:
        table: Any = tomllib.loads(text).get("api")
    except (tomllib.TOMLDecodeError, RecursionError):
        return _NOTHING
    if not isinstance(table, dict):
        return _NOTHING
    schemas, exposes = table.get("schemas"), table.get("auto_expose_new_tables")
    named = schemas if isinstance(schemas, list) else []
    return ServedSchemas(
        tuple([it for it in named if isinstance(it, str)]),
        exposes if isinstance(exposes, bool) else None,
    )
