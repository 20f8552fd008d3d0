"""One place of the code that sends a statement to the database, and what it asks."""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

Operation = Literal[
    "select",  # rows, one or many
    "count",
    "exists",
    "aggregate",
    "insert",
    "update",
    "delete",
    "save",  # an insert or an update, as the row is new or not
    "upsert",
    "get-or-create",
    "refresh",  # rows that are there already, anew
    "flush",  # whatever has been put off: the unit of work of SQLAlchemy
    "execute",  # SQL that is not known, or that is of no other kind
]
READS: Final = frozenset(("select", "count", "exists", "aggregate", "refresh"))

Cause = Literal[
    "call",  # a call of the library that sends it
    "relation",  # a relation that is read and was not loaded
    "deferred",  # a column that was left out when the row was loaded
    "expired",  # a column of a row that a commit has expired
    "kept",  # a call of a method of a row, which keeps what came of it for the next call
]

CALLS: Final = frozenset(("call", "kept"))

# How a column is compared: the field of a Query that names it.
Kind = Literal["equal", "null", "among", "ranges", "others"]


class ForAll(msgspec.Struct, frozen=True, array_like=True):
    """One statement instead of one per row: what to write, by the columns that tell the rows apart.

    `{}` stands for their names in the texts: `one` for one column, `several` for more, `none` where no column
    does; "" where no text says it. keys are those that the library sees compared. each is what to write where
    something else is written to each row. of is what `{of}` stands for, unless the code has a name for it.
    """

    keys: tuple[str, ...]
    one: str
    several: str = ""
    none: str = ""
    each: str = ""
    of: str = ""

    def said(self, keys: Sequence[str], of: str = "") -> str:
        """What to write where those columns tell the rows apart: "Book.filter(shelf__in=...)"."""
        text = self.several if len(keys) > 1 else self.one if keys else self.none
        return text.replace("{}", ", ".join(keys)).replace("{of}", of or self.of)


class Query(msgspec.Struct, frozen=True, array_like=True):
    """What is sent. Columns are named as the model names them, through relations with a dot: "author.name".

    api is how the code says it, for messages: "Author.objects.get()", "book.author".
    instead is what to write in its place, in the library's own names: 'select_related("author")'; "" where
    nothing else does, and then it is no defect to ask once per row.
    """

    library: str
    api: str
    operation: Operation
    cause: Cause = "call"
    model: str | None = None  # the id of a Model
    table: str | None = None  # the database's name, where it is known
    equal: tuple[str, ...] = ()
    null: tuple[str, ...] = ()
    among: tuple[str, ...] = ()  # IN
    ranges: tuple[str, ...] = ()  # <, <=, >, >=, between, IS NOT NULL
    others: tuple[str, ...] = ()  # <>, contains, functions, whatever no index of its column serves
    order: tuple[tuple[str, Literal["asc", "desc"]], ...] = ()
    limit: int | bool = False  # True: some number that is not known
    many: bool = False  # it may return more than one row
    loads: tuple[str, ...] = ()  # relations that come with it: "author", "author.publisher"
    relation: str = ""  # what was read, where the cause is a relation or a column: "author"
    instead: str = ""
    likely: bool = True  # False: where its receiver or its library is a guess
    sql: str | None = None
    in_batch: bool = False  # it is queued, and is sent with others
    interpolated: bool = False  # its SQL is put together from parts that are no constants
    fails: bool = False  # it is not sent, the library raises: a lazy load in an asynchronous session
    # Of others: the column, and what is done to it before it is compared. "lower", "upper" and "date" are
    # functions of nothing else, whose result is compared as an index of that expression could serve.
    # "ilike" is a pattern without regard to case, "icontains" one that begins with anything. For "iexact" and
    # "istartswith" PostgreSQL is sent UPPER(), and other databases LIKE. "like" is a pattern that begins with
    # a text, "startswith" the same as Django and Tortoise send it: to MySQL as LIKE BINARY or with a CAST.
    functions: tuple[tuple[str, str], ...] = ()
    # Of one OR: the columns that each of its branches compares as an index could, at least two branches.
    either: tuple[tuple[str, ...], ...] = ()
    # Of equal: what is a constant, as SQL writes it: "true", "'open'".
    constants: tuple[tuple[str, str], ...] = ()
    nulls: tuple[tuple[str, Literal["first", "last"]], ...] = ()  # of order, where the code says so
    target: tuple[str, ...] = ()  # of an upsert: the columns of ON CONFLICT
    target_where: str | None = None  # and its WHERE
    optional: tuple[str, ...] = ()  # of all that is compared: what only some of the ways to this place ask
    whole: bool = True  # False: it compares something else as well, and nobody can tell what
    narrowed: bool = False  # the program says which columns come
    guessed: bool = False  # of a row that a name or an annotation tells of: callers may know what is loaded
    for_all: ForAll | None = None  # of instead: by which columns, which no library knows by itself
