"""SQL text to facts, one reading per dialect."""

from crowsfoot.facts.sql import Dialect, SqlFile


def read(text: str, dialect: Dialect, *, terms: bool = True) -> SqlFile:
    """What the file says; a broken statement is a problem, and the others still count.

    terms: also what views are made of, which only rules about row-level security ask.
    """
    # Each loads its own parser, which takes longer than most files.
    if dialect == "postgresql":
        from crowsfoot.frontends.sql import foreign, postgres

        return foreign.explained(postgres.read(text, terms=terms), text)
    from crowsfoot.frontends.sql import generic

    return generic.read(text, dialect)
