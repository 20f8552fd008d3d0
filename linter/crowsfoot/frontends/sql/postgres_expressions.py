"""PostgreSQL expressions and queries to what they name: tables, columns, functions, constants, casts."""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from postgast import pg_query_pb2 as pg

from crowsfoot.facts.sql import ColumnUse, Constant, Expression, ObjectName, Query
from crowsfoot.frontends.sql import postgres_types as types
from crowsfoot.frontends.sql.postgres_words import Here
from crowsfoot.source import Range


class Hint(NamedTuple):
    """What the surroundings of a constant say about it."""

    type: str | None = None
    column: str | None = None
    table: str | None = None
    targets: tuple[str, ...] = ()  # of a SELECT: the columns that its results are put into


NO_HINT: Final = Hint()
NO_CTES: Final[frozenset[str]] = frozenset()
_COMPARISONS: Final = frozenset(("=", "<>", "!=", "<", ">", "<=", ">="))

# The kinds of A_Expr that compare their two sides: all but LIKE, ILIKE and SIMILAR TO.
_COMPARING: Final = frozenset(
    (
        pg.AEXPR_OP,
        pg.AEXPR_OP_ANY,
        pg.AEXPR_OP_ALL,
        pg.AEXPR_DISTINCT,
        pg.AEXPR_NOT_DISTINCT,
        pg.AEXPR_NULLIF,
        pg.AEXPR_IN,
        pg.AEXPR_BETWEEN,
        pg.AEXPR_NOT_BETWEEN,
        pg.AEXPR_BETWEEN_SYM,
        pg.AEXPR_NOT_BETWEEN_SYM,
    )
)
_HOLDS_CONSTANTS: Final = frozenset(
    ("a_const", "type_cast", "list", "a_array_expr", "case_expr", "coalesce_expr")
)
_VALUE_FUNCTIONS: Final = {
    pg.SVFOP_CURRENT_DATE: "current_date",
    pg.SVFOP_CURRENT_TIME: "current_time",
    pg.SVFOP_CURRENT_TIME_N: "current_time",
    pg.SVFOP_CURRENT_TIMESTAMP: "current_timestamp",
    pg.SVFOP_CURRENT_TIMESTAMP_N: "current_timestamp",
    pg.SVFOP_LOCALTIME: "localtime",
    pg.SVFOP_LOCALTIME_N: "localtime",
    pg.SVFOP_LOCALTIMESTAMP: "localtimestamp",
    pg.SVFOP_LOCALTIMESTAMP_N: "localtimestamp",
    pg.SVFOP_CURRENT_ROLE: "current_role",
    pg.SVFOP_CURRENT_USER: "current_user",
    pg.SVFOP_USER: "user",
    pg.SVFOP_SESSION_USER: "session_user",
    pg.SVFOP_CURRENT_CATALOG: "current_catalog",
    pg.SVFOP_CURRENT_SCHEMA: "current_schema",
}


def expression(node: pg.Node, here: Here, start: int, end: int) -> Expression:
    """The expression that node is, which stands from start to end in the text of here."""
    where = here.place(start, end)
    text = here.compact(start, end)
    inner = node
    casts: tuple[str, ...] = ()
    hint = NO_HINT
    while (kind := inner.WhichOneof("node")) == "type_cast":
        cast = inner.type_cast
        name = types.name(cast.type_name)
        if not casts:
            hint = Hint(f"{name}[]" if cast.type_name.array_bounds else name)
        casts += (name,)
        inner = cast.arg
    if kind == "a_const":
        const = inner.a_const
        value = constant(const)
        literals: tuple[Constant, ...] = ()
        if const.HasField("sval"):
            literals = (Constant(const.sval.sval, here.constant(const.location), hint.type),)
        return Expression(where, text, literals=literals, casts=casts, value=value, null=const.isnull)
    if kind == "func_call" and not casts and not inner.func_call.args:
        return Expression(where, text, functions=(inner.func_call.funcname[-1].string.sval.lower(),))
    if kind == "sqlvalue_function" and not casts:
        return Expression(where, text, functions=(_VALUE_FUNCTIONS[inner.sqlvalue_function.op],))
    walk = Walk(here)
    walk.node(node)
    return Expression(
        where,
        text,
        columns=tuple(dict.fromkeys([it.name for it in walk.columns])),
        functions=_once(walk.functions),
        literals=tuple(walk.literals),
        casts=_once(walk.casts),
        has_query=walk.has_query,
    )


def constant(const: pg.A_Const) -> str | None:
    """A constant without quotes; None for NULL."""
    kind = const.WhichOneof("val")
    if kind == "sval":
        return const.sval.sval
    if kind == "ival":
        return str(const.ival.ival)
    if kind == "fval":
        return const.fval.fval
    if kind == "boolval":
        return "true" if const.boolval.boolval else "false"
    return const.bsval.bsval if kind == "bsval" else None


def query(select: pg.SelectStmt, here: Here, where: Range, targets: tuple[str, ...] = ()) -> Query:
    """What a SELECT reads; targets are the columns that its results are put into."""
    walk = Walk(here)
    walk.select(select, NO_CTES, targets)
    return walk.result(where)


def object_name(relation: pg.RangeVar, here: Here) -> ObjectName:
    return ObjectName(relation.relname, here.name(relation.location), relation.schemaname or None)


_Item = tuple[object, frozenset[str], Hint]


class Walk:
    """Everything that the nodes given to it name, in the order of the text.

    It keeps its own stack: a chain of a thousand operators is a thousand levels deep.
    """

    def __init__(self, here: Here) -> None:
        self.here = here
        self.tables: list[ObjectName] = []
        self.columns: list[ColumnUse] = []
        self.functions: list[str] = []
        self.literals: list[Constant] = []
        self.casts: list[str] = []
        self.modifying: list[
            tuple[pg.Node, frozenset[str]]
        ] = []  # INSERT, UPDATE, DELETE and MERGE inside of WITH
        self.has_query = False
        self.filtered = False
        self.locking = False
        self.star = False
        self.sources = 0  # what stands in FROM clauses, of every kind
        self.involved = False  # with a CTE, a subquery, or columns that are renamed
        self.aliases: list[str] = []
        self.meanings: dict[
            str, ObjectName | None
        ] = {}  # of aliases and table names; None: of several things
        self.names: set[str] = set()  # by which rows of a source can be named as a whole
        self._written: set[str] = set()  # the columns that were seen
        self._stack: list[_Item] = []

    def node(self, node: object, hint: Hint = NO_HINT, ctes: frozenset[str] = NO_CTES) -> None:
        """Walk a node, and all below it."""
        self._stack.append((node, ctes, hint))
        self._run()

    def select(self, select: pg.SelectStmt, ctes: frozenset[str], targets: tuple[str, ...] = ()) -> None:
        """Walk the outermost SELECT."""
        branches = [select]  # of its UNION
        while branches:
            it = branches.pop()
            if it.HasField("larg"):
                branches.append(it.larg)
                branches.append(it.rarg)
            if it.HasField("where_clause") or it.HasField("limit_count") or _joins(it.from_clause):
                self.filtered = True
        self.node(select, Hint(targets=targets), ctes)

    def with_clause(self, clause: pg.WithClause, ctes: frozenset[str]) -> frozenset[str]:
        """Walk the CTEs of an INSERT, UPDATE, DELETE or MERGE; the names that it can read."""
        below: list[_Item] = []
        ctes = self._with(clause, ctes, below)
        self._stack.extend(below[::-1])
        self._run()
        return ctes

    def table(self, relation: pg.RangeVar) -> None:
        """A table that is read without standing in FROM: the target of an UPDATE."""
        self._range_var(relation, NO_CTES, NO_HINT)

    def sets(self, targets: Iterable[pg.Node], ctes: frozenset[str]) -> None:
        """Walk what UPDATE sets columns to."""
        for it in targets:
            target = it.res_target
            self.node(target.val, Hint(column=target.name), ctes)

    def result(self, where: Range) -> Query:
        names = self.names
        simple = self.sources == 1 and len(self.tables) == 1 and not self.involved
        return Query(
            where,
            tables=tuple(self.tables),
            columns=tuple([it for it in self.columns if it.table is not None or it.name not in names]),
            functions=_once(self.functions),
            literals=tuple(self.literals),
            casts=_once(self.casts),
            simple=simple,
            filtered=self.filtered,
            locking=self.locking,
            star=self.star,
            alias=self.aliases[0] if simple and self.aliases else None,
            aliases=tuple([(name, table) for name, table in self.meanings.items() if table is not None]),
        )

    def _run(self) -> None:
        stack = self._stack
        handlers = _HANDLERS
        any_node = pg.Node
        while stack:
            node, ctes, hint = stack.pop()
            if type(node) is any_node:
                kind = node.WhichOneof("node")
                if kind is None:
                    continue
                node = getattr(node, kind)
            handler = handlers.get(type(node))
            if handler is None:
                self._children(node, ctes)
            else:
                handler(self, node, ctes, hint)

    def _push(self, nodes: Iterable[object], ctes: frozenset[str], hint: Hint = NO_HINT) -> None:
        self._stack.extend([(it, ctes, hint) for it in nodes][::-1])

    def _children(self, message: object, ctes: frozenset[str]) -> None:
        children: list[object] = []
        for field, value in message.ListFields():  # type: ignore[attr-defined]
            if field.message_type is None:
                continue
            if field.is_repeated:
                children.extend(value)
            else:
                children.append(value)
        self._push(children, ctes)

    # --- constants, columns, functions ---

    def _column_ref(self, ref: pg.ColumnRef, ctes: frozenset[str], hint: Hint) -> None:
        here = self.here
        start, end = here.dotted(ref.location)
        written = here.text[start:end]
        if written in self._written:  # queries name the same columns again and again
            return
        self._written.add(written)
        names = [it.string.sval for it in ref.fields]
        name = names[-1]
        if not name:
            self.star = True
        elif names[0] not in here.variables:
            table = names[-2] if len(names) > 1 else None
            self.columns.append(ColumnUse(name, here.place(start, end), table))

    def _constant(self, const: pg.A_Const, ctes: frozenset[str], hint: Hint) -> None:
        if const.HasField("sval"):
            where = self.here.constant(const.location)
            self.literals.append(Constant(const.sval.sval, where, hint.type, hint.column, hint.table))

    def _type_cast(self, cast: pg.TypeCast, ctes: frozenset[str], hint: Hint) -> None:
        name = types.name(cast.type_name)
        self.casts.append(name)
        array = cast.type_name.array_bounds and not cast.arg.HasField("a_array_expr")
        self._stack.append((cast.arg, ctes, hint._replace(type=f"{name}[]" if array else name)))

    def _func_call(self, call: pg.FuncCall, ctes: frozenset[str], hint: Hint) -> None:
        self.functions.append(call.funcname[-1].string.sval.lower())
        if call.HasField("over"):
            self._stack.append((call.over, ctes, NO_HINT))
        if call.HasField("agg_filter"):
            self._stack.append((call.agg_filter, ctes, NO_HINT))
        if call.agg_order:
            self._push(call.agg_order, ctes)
        self._push(call.args, ctes)

    def _value_function(self, call: pg.SQLValueFunction, ctes: frozenset[str], hint: Hint) -> None:
        self.functions.append(_VALUE_FUNCTIONS[call.op])

    def _operator(self, it: pg.A_Expr, ctes: frozenset[str], hint: Hint) -> None:
        left, right = NO_HINT, NO_HINT
        kind = it.kind
        if kind in _COMPARING and (kind != pg.AEXPR_OP or it.name[-1].string.sval in _COMPARISONS):
            of_left, of_right = it.lexpr.WhichOneof("node"), it.rexpr.WhichOneof("node")
            if of_left == "column_ref" and of_right in _HOLDS_CONSTANTS:
                right = self._of_column(it.lexpr.column_ref)
            elif of_right == "column_ref" and of_left in _HOLDS_CONSTANTS:
                left = self._of_column(it.rexpr.column_ref)
        if it.HasField("rexpr"):
            self._stack.append((it.rexpr, ctes, right))
        if it.HasField("lexpr"):
            self._stack.append((it.lexpr, ctes, left))

    def _case(self, case: pg.CaseExpr, ctes: frozenset[str], hint: Hint) -> None:
        compared = self._of_column(case.arg.column_ref) if case.arg.HasField("column_ref") else NO_HINT
        if case.HasField("defresult"):
            self._stack.append((case.defresult, ctes, hint))
        for branch in reversed(case.args):
            self._stack.append((branch.case_when.result, ctes, hint))
            self._stack.append((branch.case_when.expr, ctes, compared))
        if case.HasField("arg"):
            self._stack.append((case.arg, ctes, NO_HINT))

    def _arg(self, it: pg.NullTest | pg.CollateClause, ctes: frozenset[str], hint: Hint) -> None:
        self._stack.append((it.arg, ctes, NO_HINT))

    def _args(self, it: pg.BoolExpr, ctes: frozenset[str], hint: Hint) -> None:
        self._push(it.args, ctes)

    def _sort(self, it: pg.SortBy, ctes: frozenset[str], hint: Hint) -> None:
        self._stack.append((it.node, ctes, NO_HINT))

    def _same_hint_items(self, it: pg.List, ctes: frozenset[str], hint: Hint) -> None:
        self._push(it.items, ctes, hint)

    def _same_hint_elements(self, it: pg.A_ArrayExpr, ctes: frozenset[str], hint: Hint) -> None:
        self._push(it.elements, ctes, hint)

    def _same_hint_args(self, it: pg.CoalesceExpr, ctes: frozenset[str], hint: Hint) -> None:
        self._push(it.args, ctes, hint)

    def _target(self, target: pg.ResTarget, ctes: frozenset[str], hint: Hint) -> None:
        self._stack.append((target.val, ctes, hint))

    def _of_column(self, ref: pg.ColumnRef) -> Hint:
        """What a comparison with a column says about the other side."""
        fields = ref.fields
        if fields[-1].HasField("a_star") or fields[0].string.sval in self.here.variables:
            return NO_HINT
        return Hint(None, fields[-1].string.sval, fields[-2].string.sval if len(fields) > 1 else None)

    # --- queries ---

    def _sub_link(self, link: pg.SubLink, ctes: frozenset[str], hint: Hint) -> None:
        self.has_query = True
        self.involved = True
        self._stack.append((link.subselect, ctes, NO_HINT))
        if link.HasField("testexpr"):
            self._stack.append((link.testexpr, ctes, NO_HINT))

    def _select(self, select: pg.SelectStmt, ctes: frozenset[str], hint: Hint) -> None:
        below: list[_Item] = []
        if select.HasField("with_clause"):
            ctes = self._with(select.with_clause, ctes, below)
        if select.HasField("larg"):
            self.involved = True
            below.append((select.larg, ctes, hint))
            below.append((select.rarg, ctes, hint))
        targets = hint.targets
        named: set[str] = set()
        for index, target in enumerate(select.target_list):
            if name := target.res_target.name:
                named.add(name)
            into = Hint(column=targets[index]) if index < len(targets) else NO_HINT
            below.append((target.res_target.val, ctes, into))
        for row in select.values_lists:
            for index, value in enumerate(row.list.items):
                into = Hint(column=targets[index]) if index < len(targets) else NO_HINT
                below.append((value, ctes, into))
        below.extend([(it, ctes, NO_HINT) for it in select.from_clause])
        if select.HasField("where_clause"):
            below.append((select.where_clause, ctes, NO_HINT))
        for it in (*select.distinct_clause, *select.group_clause, *select.sort_clause):
            ordered = it.sort_by.node if it.HasField("sort_by") else it
            if named and ordered.HasField("column_ref"):
                fields = ordered.column_ref.fields
                if len(fields) == 1 and fields[0].string.sval in named:
                    continue  # a name that the SELECT gives
            below.append((it, ctes, NO_HINT))
        if select.HasField("having_clause"):
            below.append((select.having_clause, ctes, NO_HINT))
        if select.HasField("limit_count"):
            below.append((select.limit_count, ctes, NO_HINT))
        if select.HasField("limit_offset"):
            below.append((select.limit_offset, ctes, NO_HINT))
        below.extend([(it, ctes, NO_HINT) for it in select.window_clause])
        if select.locking_clause:
            self.locking = True
        self._stack.extend(below[::-1])

    def _with(self, clause: pg.WithClause, ctes: frozenset[str], below: list[_Item]) -> frozenset[str]:
        """The names that can be read below clause; its queries are added to below."""
        self.involved = True
        if clause.recursive:
            ctes |= {it.common_table_expr.ctename for it in clause.ctes}
        for it in clause.ctes:
            cte = it.common_table_expr
            kind = cte.ctequery.WhichOneof("node")
            if kind == "select_stmt":
                below.append((cte.ctequery, ctes, NO_HINT))
            elif kind is not None:
                self.modifying.append((cte.ctequery, ctes))
            ctes |= {cte.ctename}
        return ctes

    def _range_var(self, relation: pg.RangeVar, ctes: frozenset[str], hint: Hint) -> None:
        self.sources += 1
        self.names.add(relation.relname)
        if relation.HasField("alias"):
            self._alias(relation.alias)
        called = relation.alias.aliasname or relation.relname
        if not relation.schemaname and relation.relname in ctes:
            self.involved = True
            self._means(called, None)
            return
        table = object_name(relation, self.here)
        self.tables.append(table)
        self._means(called, None if relation.alias.colnames else table)

    def _means(self, name: str, table: ObjectName | None) -> None:
        if name in self.meanings:
            other = self.meanings[name]
            if table is None or other is None or (other.name, other.schema) != (table.name, table.schema):
                self.meanings[name] = None
        else:
            self.meanings[name] = table

    def _alias(self, alias: pg.Alias) -> None:
        self.names.add(alias.aliasname)
        self.aliases.append(alias.aliasname)
        if alias.colnames:
            self.involved = True

    def _range_subselect(self, it: pg.RangeSubselect, ctes: frozenset[str], hint: Hint) -> None:
        self.has_query = True
        self._source(it)
        self._stack.append((it.subquery, ctes, NO_HINT))

    def _source(self, it: pg.RangeSubselect | pg.RangeFunction | pg.RangeTableFunc | pg.JsonTable) -> None:
        self.sources += 1
        self.involved = True
        if it.HasField("alias"):
            self._alias(it.alias)
            self._means(it.alias.aliasname, None)

    def _range_function(
        self, it: pg.RangeFunction | pg.RangeTableFunc | pg.JsonTable, ctes: frozenset[str], hint: Hint
    ) -> None:
        self._source(it)
        self._children(it, ctes)

    def _join(self, it: pg.JoinExpr, ctes: frozenset[str], hint: Hint) -> None:
        if it.HasField("quals"):
            self._stack.append((it.quals, ctes, NO_HINT))
        self._stack.append((it.rarg, ctes, NO_HINT))
        self._stack.append((it.larg, ctes, NO_HINT))

    def _nothing(self, it: object, ctes: frozenset[str], hint: Hint) -> None:
        """Names that are no columns, and what holds nothing."""


_HANDLERS: Final[dict[type, Callable[..., None]]] = {
    pg.A_ArrayExpr: Walk._same_hint_elements,
    pg.A_Const: Walk._constant,
    pg.A_Expr: Walk._operator,
    pg.Alias: Walk._nothing,
    pg.BoolExpr: Walk._args,
    pg.BooleanTest: Walk._arg,
    pg.CaseExpr: Walk._case,
    pg.CoalesceExpr: Walk._same_hint_args,
    pg.CollateClause: Walk._arg,
    pg.ColumnRef: Walk._column_ref,
    pg.FuncCall: Walk._func_call,
    pg.JoinExpr: Walk._join,
    pg.JsonTable: Walk._range_function,
    pg.List: Walk._same_hint_items,
    pg.LockingClause: Walk._nothing,
    pg.NullTest: Walk._arg,
    pg.RangeFunction: Walk._range_function,
    pg.RangeSubselect: Walk._range_subselect,
    pg.RangeTableFunc: Walk._range_function,
    pg.RangeVar: Walk._range_var,
    pg.ResTarget: Walk._target,
    pg.SQLValueFunction: Walk._value_function,
    pg.SelectStmt: Walk._select,
    pg.SortBy: Walk._sort,
    pg.String: Walk._nothing,
    pg.SubLink: Walk._sub_link,
    pg.TypeCast: Walk._type_cast,
    pg.TypeName: Walk._nothing,
}


def _joins(sources: Iterable[pg.Node]) -> bool:
    """Whether a source is a join on a condition."""
    waiting = list(sources)
    while waiting:
        it = waiting.pop()
        if it.HasField("join_expr"):
            join = it.join_expr
            if join.HasField("quals") or join.using_clause:
                return True
            waiting += (join.larg, join.rarg)
    return False


def _once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
