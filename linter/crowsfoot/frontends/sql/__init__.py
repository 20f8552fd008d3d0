"""SQL text to facts, one reading per dialect."""

from crowsfoot.facts.sql import Dialect, SqlFile


def read(text: str, dialect: Dialect) -> SqlFile:
    """What the file says; a broken statement is a problem, and the others still count."""
    # Each loads its own parser, which takes longer than most files.
    if dialect == "postgresql":
        from crowsfoot.frontends.sql import foreign, postgres

        return foreign.explained(postgres.read(text), text)
    from crowsfoot.frontends.sql import generic

    return generic.read(text, dialect)
