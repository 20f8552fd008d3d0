"""The words behind an opening fence -> which language the block is in."""

import re
from typing import Final, NamedTuple

from crowsfoot.databases.tools import Dialect
from crowsfoot.facts.documents import Language


class Info(NamedTuple):
    """What the words say: diff, that lines begin with marks of one."""

    language: Language
    dialect: Dialect | None = None  # of SQL, where the word names one
    diff: bool = False


_LANGUAGES: Final[dict[str, tuple[Language, Dialect | None]]] = {
    "prisma": ("prisma", None),
    "sql": ("sql", None),
    **dict.fromkeys(("postgresql", "postgres", "pgsql", "plpgsql"), ("sql", "postgresql")),
    **dict.fromkeys(("mysql", "mariadb"), ("sql", "mysql")),
    **dict.fromkeys(("sqlite", "sqlite3"), ("sql", "sqlite")),
    **dict.fromkeys(("tsql", "mssql", "sqlserver"), ("sql", "sqlserver")),
    **dict.fromkeys(("python", "py", "python3", "py3", "pycon", "python-console"), ("python", None)),
}

# ```sql, ``` sql, ```sql{1,3}, ```sql:file.sql, ```{.sql}, ```{code-block} sql, ```{python}
_WORD: Final = re.compile(
    r"(?:\{(?:code-block|code-cell|code|sourcecode)\}[ \t]*|\{[ \t]*)?\.?(?P<word>[A-Za-z][\w+#.-]*)"
)
_PYTHON: Final = re.compile(r"(?:i?python|py)[\d.]*")


def info_of(words: str) -> Info | None:
    """What the words say of the block; None where it is in no language that is read."""
    found = _WORD.match(words)
    if found is None:
        return None
    word = found["word"].lower()
    diff = "diff" in word.split("-")
    rest = words[found.end() : found.end() + 200].lower()
    if diff:
        # ```diff-sql, or ```diff lang=prisma
        others = [it for it in re.findall(r"[a-z0-9]+", f"{word} {rest}") if it in _LANGUAGES]
        word = others[0] if others else ""
    elif re.match(r"[ \t]+diff\b", rest):
        diff = True
    if word not in _LANGUAGES and not _PYTHON.fullmatch(word):
        return None
    language, dialect = _LANGUAGES.get(word, ("python", None))
    return Info(language, dialect, diff)
