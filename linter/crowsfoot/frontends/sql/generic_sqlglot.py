"""The text of a query or expression to what it names, by sqlglot's parser. Its only importer."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

import msgspec
import sqlglot
from sqlglot import ErrorLevel, exp

from crowsfoot.facts.sql import ColumnUse, Constant, Dialect, ObjectName, Query
from crowsfoot.source import Range

_NAMES = {"mysql": "mysql", "sqlite": "sqlite", "sqlserver": "tsql", "postgresql": "postgres"}
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)
_LOCKING_HINTS = frozenset(("UPDLOCK", "XLOCK", "TABLOCK", "TABLOCKX", "HOLDLOCK", "SERIALIZABLE"))

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # what it cannot read, we say


class Named(msgspec.Struct, frozen=True):
    """What a text names, in the order of the text. outputs are the columns of a query, () where unknown."""

    tables: tuple[ObjectName, ...]
    columns: tuple[ColumnUse, ...]
    functions: tuple[str, ...]
    literals: tuple[Constant, ...]
    casts: tuple[str, ...]
    outputs: tuple[str, ...]
    aliases: dict[str, ObjectName]  # of tables, by what they are called, in lower case
    simple: bool
    filtered: bool
    locking: bool
    star: bool
    has_query: bool

    def query(self, range: Range) -> Query:
        alias = None
        if self.simple:
            table = self.tables[0]
            alias = next((it for it, named in self.aliases.items() if it != table.name.lower()), None)
        return Query(
            range,
            self.tables,
            self.columns,
            self.functions,
            self.literals,
            self.casts,
            self.simple,
            self.filtered,
            self.locking,
            self.star,
            alias,
        )


def read(
    sql: str, offset: int, dialect: Dialect, targets: Sequence[str] = (), expression: bool = False
) -> Named | None:
    """What sql names; None where sqlglot cannot read it.

    sql stands at offset in its file. targets are the columns that its results are put into.
    """
    prefix = "SELECT " if expression else ""
    try:
        tree = sqlglot.parse_one(prefix + sql, read=_NAMES[dialect], error_level=ErrorLevel.IMMEDIATE)
    except (
        sqlglot.errors.SqlglotError,
        RecursionError,
        ValueError,
        AttributeError,
        TypeError,
        KeyError,
        IndexError,
    ):
        # Besides its own errors it lets some of Python's through where the text is broken.
        return None
    if isinstance(tree, exp.Command):
        return None
    return _Walk(sql, offset - len(prefix), len(prefix), dialect).all(tree, targets, expression)


class _Walk:
    def __init__(self, sql: str, offset: int, prefix: int, dialect: Dialect) -> None:
        self.sql = sql
        self.offset = offset
        self.prefix = prefix
        self.dialect = dialect
        self.known: dict[int, int] = {}

    def all(self, tree: exp.Expr, targets: Sequence[str], expression: bool) -> Named:
        ctes: set[str] = set()
        called: set[str] = set()  # what tables are called instead of their names
        tables: list[ObjectName] = []
        columns: list[ColumnUse] = []
        functions: list[tuple[int, str]] = []
        literals: list[Constant] = []
        casts: list[tuple[int, str]] = []
        aliases: dict[str, ObjectName] = {}
        outputs_of_select: set[str] = set()
        found: list[exp.Expr] = []
        queries = locking = sources = 0
        filtered = star = False
        for node in tree.walk():
            kind = type(node)
            if kind is exp.CTE:
                ctes.add(node.alias.lower())
            elif kind is exp.Table:
                sources += 1
                found.append(node)
                if node.alias:
                    called.add(node.alias.lower())
            elif kind is exp.Column or kind is exp.Literal or kind is exp.National:
                found.append(node)
            elif kind is exp.Select:
                queries += 1
                if any(True for it in node.expressions if it.is_star):
                    star = True
                outputs_of_select.update(
                    it.alias.lower() for it in node.expressions if isinstance(it, exp.Alias)
                )
            elif kind is exp.Where or kind is exp.Limit or kind is exp.Fetch:
                filtered = True
            elif kind is exp.Join:
                filtered = filtered or bool(node.args.get("on") or node.args.get("using"))
            elif kind is exp.Lock:
                locking = True
            elif kind is exp.WithTableHint:
                locking = locking or any(it.name.upper() in _LOCKING_HINTS for it in node.expressions)
            elif kind in (exp.Subquery, exp.Values, exp.Lateral, exp.Unnest):
                sources += 1
            elif isinstance(node, exp.Cast):
                casts.append((self.start(node), node.to.sql(_NAMES[self.dialect]).lower()))
            elif isinstance(node, exp.Func) and not isinstance(node, (exp.And, exp.Or, exp.Case)):
                name = self.function(node)
                if name:
                    functions.append((self.start(node), name))
        for node in found:
            if isinstance(node, exp.Table):
                self.table(node, ctes, called, tables, aliases)
            elif isinstance(node, exp.Column):
                use = self.column(node, outputs_of_select)
                if use is not None:
                    columns.append(use)
            else:
                self.literal(node, literals, tree, targets)
        by_place = lambda it: it.range  # noqa: E731
        tables.sort(key=by_place)
        columns.sort(key=by_place)
        literals.sort(key=by_place)
        named_tables = {it.name.lower() for it in tables}
        statement_reads = 0 if isinstance(tree, exp.Query) or expression else 1
        return Named(
            tables=tuple(tables),
            columns=tuple(columns),
            functions=_once(functions),
            literals=tuple(literals),
            casts=_once(casts),
            outputs=self.outputs(tree),
            aliases=aliases,
            simple=sources == len(tables) == len(named_tables) == 1
            and not ctes
            and queries + statement_reads == 1,
            filtered=filtered,
            locking=bool(locking),
            star=star and not expression,
            has_query=queries > (1 if expression else 0),
        )

    def start(self, node: exp.Expr) -> int:
        place: int | None = node.meta.get("start")
        return self.starts(node).get(id(node), self.prefix) if place is None else place

    def starts(self, node: exp.Expr) -> dict[int, int]:
        """Where each node of the tree begins that has a name or a constant in it, by its identity."""
        if not self.known:
            for inner in reversed(list(node.root().walk())):  # what is in a node comes before it
                place = self.known.get(id(inner))
                if isinstance(inner, (exp.Identifier, exp.Literal)) and "start" in inner.meta:
                    written: int = inner.meta["start"]
                    place = written if place is None else min(place, written)
                    self.known[id(inner)] = place
                if place is not None and inner.parent is not None:
                    above = id(inner.parent)
                    self.known[above] = min(place, self.known.get(above, place))
        return self.known

    def range(self, node: exp.Expr) -> Range:
        """The place of a node, or that of the whole text where sqlglot does not know it."""
        start, end = node.meta.get("start"), node.meta.get("end")
        if start is None or end is None:
            return Range(self.offset + self.prefix, self.offset + self.prefix + len(self.sql))
        return Range(self.offset + start, self.offset + end + 1)

    def function(self, node: exp.Func) -> str:
        """The function as it is written, in lower case."""
        start, end = node.meta.get("start"), node.meta.get("end")
        if start is not None and end is not None and start >= self.prefix:
            written = self.sql[start - self.prefix : end + 1 - self.prefix]
            return written.strip('`"[]').lower()
        return str(node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()

    def table(
        self,
        node: exp.Table,
        ctes: set[str],
        called: set[str],
        tables: list[ObjectName],
        aliases: dict[str, ObjectName],
    ) -> None:
        named = node.this
        if not isinstance(named, exp.Identifier):
            return  # a function that gives a table
        schema = node.args.get("db") or None  # db..table leaves an empty one
        if schema is None and named.name.lower() in ctes:
            return
        place = self.range(named)
        if isinstance(schema, exp.Identifier):
            place = Range(self.range(schema).start, place.end)
        it = ObjectName(named.name, place, schema.name if isinstance(schema, exp.Identifier) else None)
        alias = node.alias.lower()
        if schema is None and not alias and named.name.lower() in called:
            return  # DELETE a FROM t AS a
        tables.append(it)
        aliases.setdefault(alias or named.name.lower(), it)

    def column(self, node: exp.Column, outputs: set[str]) -> ColumnUse | None:
        named = node.this
        if not isinstance(named, exp.Identifier):
            return None
        table = node.args.get("table")
        if (
            table is None
            and named.name.lower() in outputs
            and node.find_ancestor(exp.Order, exp.Group, exp.Having, exp.Select)
            and not isinstance(node.find_ancestor(exp.Order, exp.Group, exp.Having, exp.Select), exp.Select)
        ):
            return None  # what a SELECT calls one of its results
        return ColumnUse(named.name, self.range(named), table.name if table is not None else None)

    def literal(
        self, node: exp.Expr, literals: list[Constant], tree: exp.Expr, targets: Sequence[str]
    ) -> None:
        if isinstance(node, exp.Literal) and not node.is_string:
            return
        kind = column = table = None
        above = node.parent
        outer = node
        while isinstance(above, (exp.Paren, exp.Cast, exp.National)):
            if isinstance(above, exp.Cast) and kind is None:
                kind = above.to.sql(_NAMES[self.dialect]).lower()
            outer, above = above, above.parent
        compared: exp.Expr | None = None
        if isinstance(above, _COMPARISONS):
            compared = above.expression if above.this is outer else above.this
        elif isinstance(above, (exp.In, exp.Between)) and above.this is not outer:
            compared = above.this
        if isinstance(compared, exp.Column):
            column, table = compared.name, compared.table or None
        elif targets and isinstance(above, (exp.Select, exp.Alias)):
            result = outer if isinstance(above, exp.Select) else above
            select = result.parent
            if (
                isinstance(select, exp.Select)
                and result.arg_key == "expressions"
                and result.index is not None
            ):
                column = targets[result.index] if result.index < len(targets) else None
        literals.append(Constant(node.name, self.range(node), kind, column, table))

    def outputs(self, tree: exp.Expr) -> tuple[str, ...]:
        """What the results of a query are called; () where one is not known."""
        query = tree
        while isinstance(query, (exp.SetOperation, exp.Subquery)):
            query = query.this
        if not isinstance(query, exp.Select):
            return ()
        results = query.expressions
        if not all(isinstance(it, (exp.Alias, exp.Column)) and not it.is_star for it in results):
            return ()
        return tuple([it.alias_or_name for it in results])


def _once(found: Iterable[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([name for _, name in sorted(found)]))
