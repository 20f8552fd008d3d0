"""Table and columns to the names that Django gives indexes and constraints that have none of their own."""

from collections.abc import Sequence
from hashlib import md5

# Source: DatabaseOperations.max_name_length() of each backend
_LONGEST = {"postgresql": 63, "cockroachdb": 63, "mysql": 64}


def shortened(name: str, provider: str) -> str:
    """truncate_name() of django/db/backends/utils.py."""
    longest = _LONGEST.get(provider)
    if longest is None or len(name) <= longest:
        return name
    return f"{name[: longest - 4]}{digest([name], 4)}"


def made_for(table: str, columns: Sequence[str], suffix: str, provider: str) -> str:
    """BaseDatabaseSchemaEditor._create_index_name()."""
    ending = f"{digest([table, *columns], 8)}{suffix}"
    longest = _LONGEST.get(provider, 200)
    joined = "_".join(columns)
    name = f"{table}_{joined}_{ending}"
    if len(name) <= longest:
        return name
    if len(ending) > longest / 3:
        ending = ending[: longest // 3]
    other = (longest - len(ending)) // 2 - 1
    name = f"{table[:other]}_{joined[:other]}_{ending}"
    return f"D{name[:-1]}" if name[0] == "_" or name[0].isdigit() else name


def of_meta_index(table: str, columns: Sequence[tuple[str, bool]], suffix: str) -> str:
    """Index.set_name_with_model(); columns are names, each with whether it is descending."""
    ordered = [f"-{name}" if descending else name for name, descending in columns]
    ending = digest([table, *ordered, suffix], 6)
    name = f"{table[:11]}_{columns[0][0][:7]}_{ending}_{suffix}"
    return f"D{name[1:]}" if name[0] == "_" or name[0].isdigit() else name


def digest(words: Sequence[str], length: int) -> str:
    it = md5(usedforsecurity=False)
    for word in words:
        it.update(word.encode())
    return it.hexdigest()[:length]
