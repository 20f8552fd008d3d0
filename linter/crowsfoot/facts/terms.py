"""SQL expressions as what they are made of, where rules ask what they come to: policies, and views.

Everything else in the facts tells of an expression only what it names. A term is small: what stands beyond
its limits is a term of kind "unknown", of which nothing follows.
"""

from typing import Literal

from crowsfoot.facts.common import Fact
from crowsfoot.source import Range

Kind = Literal[
    "column",  # name, and qualifier where one is written
    "constant",  # name is its text: "admin", "1", "true"
    "null",
    "call",  # name in lower case, its schema as qualifier; coalesce, nullif, greatest and current_user too
    "operator",  # name: "=", "<>", "~~" of LIKE, "->>", "||"; of one or two
    "and",
    "or",
    "not",
    "is",  # name: "null", "not null", "true", "not true", "false", "not false", "unknown", "not unknown"
    "distinct",  # IS DISTINCT FROM
    "cast",  # name is the type as stored, without schema; "[]" behind that of an array
    "case",  # of: condition, result, condition, result, ..., what ELSE says or NULL
    "in",  # of: what is looked for, then the list
    "any",  # name is the operator; of: left side, array
    "all",
    "array",
    "row",
    "exists",  # reading
    "scalar",  # (SELECT ...) as a value; reading
    "any query",  # x IN (SELECT ...), x = ANY (SELECT ...): name is the operator, of the left side; reading
    "all query",
    "array query",  # ARRAY(SELECT ...)
    "field",  # (composite).name, or an element of an array: name is ""
    "unknown",
]


class Term(Fact, frozen=True, array_like=True):
    """One expression. range goes from the first to the last name, constant or operator in it."""

    kind: Kind
    range: Range
    name: str = ""
    of: tuple["Term", ...] = ()
    qualifier: str | None = None
    reading: "Reading | None" = None


class Source(Fact, frozen=True, array_like=True):
    """What stands in FROM. It is a table (name), a CTE (name and cte), a subquery, or a function's rows."""

    alias: str  # by which its columns are qualified
    name: str | None = None
    schema: str | None = None
    cte: bool = False
    reading: "Reading | None" = None
    call: Term | None = None
    range: Range | None = None  # of the name
    outer: bool = False  # its columns may be NULL where nothing matches: the far side of an outer join


class Reading(Fact, frozen=True, array_like=True):
    """A SELECT inside of an expression, or of a view.

    where holds the conditions of its inner joins as well. A UNION has what it takes together in branches.
    """

    sources: tuple[Source, ...] = ()
    where: Term | None = None
    gives: tuple[Term, ...] = ()  # a star is a column "*"
    branches: tuple["Reading", ...] = ()
    ctes: tuple[tuple[str, "Reading"], ...] = ()
    grouped: bool = False  # GROUP BY, DISTINCT, an aggregate's HAVING, LIMIT or a set operation
    complete: bool = True  # False: something in it is not told
