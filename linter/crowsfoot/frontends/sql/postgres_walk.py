"""What the nodes of a tree name: tables, columns, functions, constants, casts."""

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from postgast import pg_query_pb2 as pg

from crowsfoot.facts.sql import ColumnUse, Constant, ObjectName, Query
from crowsfoot.frontends.sql import postgres_types as types
from crowsfoot.frontends.sql.postgres_words import Here
from crowsfoot.source import Range

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
VALUE_FUNCTIONS: Final = {
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


class Hint(NamedTuple):
    """What the surroundings of a node say about the constants in it."""

    type: str | None = None
    column: str | None = None
    table: str | None = None
    targets: tuple[str, ...] = ()  # of a SELECT: the columns that its results are put into


_NO_HINT: Final = Hint()


def object_name(relation: pg.RangeVar, here: Here) -> ObjectName:
    return ObjectName(relation.relname, here.name(relation.location), relation.schemaname or None)


def once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


class Walk:
    """Everything that the nodes given to it name, in the order of the text.

    It keeps its own stack, because a chain of a thousand operators is a thousand levels deep. What lies there
    are nodes; pairs of a node and a hint; and names of CTEs, those that can be read from there on.
    """

    def __init__(self, here: Here, ctes: frozenset[str] = NO_CTES) -> None:
        self.here = here
        self.ctes = ctes  # that can be read where we are
        self.tables: list[ObjectName] = []
        self.columns: list[ColumnUse] = []
        self.functions: list[str] = []
        self.literals: list[Constant] = []
        self.casts: list[str] = []
        # INSERT, UPDATE, DELETE and MERGE inside of WITH, each with the CTEs that it can read
        self.modifying: list[tuple[pg.Node, frozenset[str]]] = []
        self.has_query = False
        self.filtered = False
        self.locking = False
        self.star = False
        self.sources = 0  # what stands in FROM clauses, of every kind
        self.involved = False  # with a CTE, a subquery, or columns that are renamed
        self.aliases: list[str] = []
        self.meanings: dict[str, ObjectName | None] = {}  # of aliases and table names; None: several things
        self.names: set[str] = set()  # by which rows of a source can be named as a whole
        self._written: set[str] = set()  # the columns that were seen
        self._stack: list[Any] = []

    def node(self, node: Any, *, column: str | None = None) -> None:
        """Walk a node, which is put into the column."""
        self._stack.append(node if column is None else (node, Hint(column=column)))
        self._run()

    def nodes(self, nodes: Iterable[pg.Node]) -> None:
        self._stack.extend(list(nodes)[::-1])
        self._run()

    def select(self, select: pg.SelectStmt, targets: tuple[str, ...] = ()) -> None:
        """Walk the outermost SELECT, whose results are put into the targets."""
        branches = [select]  # of its UNION
        while branches:
            it = branches.pop()
            if it.HasField("larg"):
                branches += (it.larg, it.rarg)
            if it.HasField("where_clause") or it.HasField("limit_count") or _joins(it.from_clause):
                self.filtered = True
        self._stack.append((select, Hint(targets=targets)))
        self._run()

    def with_clause(self, clause: pg.WithClause) -> None:
        """Walk the CTEs of an INSERT, UPDATE, DELETE or MERGE; they can be read from here on."""
        self._stack.extend(self._with(clause)[::-1])
        self._run()

    def table(self, relation: pg.RangeVar) -> None:
        """A table that is read, and no CTE: the target of an UPDATE."""
        table = object_name(relation, self.here)
        self.tables.append(table)
        self._means(self._called(relation), None if relation.alias.colnames else table)

    def sets(self, targets: Iterable[pg.Node]) -> None:
        """Walk what UPDATE sets columns to."""
        for it in targets:
            self.node(it.res_target.val, column=it.res_target.name)

    def result(self, where: Range) -> Query:
        names = self.names
        simple = self.sources == 1 and len(self.tables) == 1 and not self.involved
        return Query(
            where,
            tables=tuple(self.tables),
            columns=tuple([it for it in self.columns if it.table is not None or it.name not in names]),
            functions=once(self.functions),
            literals=tuple(self.literals),
            casts=once(self.casts),
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
            node = stack.pop()
            hint = _NO_HINT
            if type(node) is tuple:
                node, hint = node
            elif type(node) is frozenset:
                self.ctes = node
                continue
            if type(node) is any_node:
                kind = node.WhichOneof("node")
                if kind is None:
                    continue
                node = getattr(node, kind)
            handlers.get(type(node), _children)(self, node, hint)

    # --- constants, columns, functions ---

    def _column_ref(self, ref: pg.ColumnRef, hint: Hint) -> None:
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

    def _constant(self, const: pg.A_Const, hint: Hint) -> None:
        if const.HasField("sval"):
            where = self.here.constant(const.location)
            self.literals.append(Constant(const.sval.sval, where, hint.type, hint.column, hint.table))

    def _type_cast(self, cast: pg.TypeCast, hint: Hint) -> None:
        arg = cast.arg
        name = types.name(cast.type_name)
        self.casts.append(name)
        kind = arg.WhichOneof("node")
        if kind not in _HOLDS_CONSTANTS:
            self._stack.append(arg)
            return
        array = cast.type_name.array_bounds and kind != "a_array_expr"
        self._stack.append((arg, Hint(f"{name}[]" if array else name, hint.column, hint.table)))

    def _func_call(self, call: pg.FuncCall, hint: Hint) -> None:
        self.functions.append(call.funcname[-1].string.sval.lower())
        stack = self._stack
        if call.HasField("over"):
            stack.append(call.over)
        if call.HasField("agg_filter"):
            stack.append(call.agg_filter)
        stack.extend(call.agg_order[::-1])
        stack.extend(call.args[::-1])

    def _value_function(self, call: pg.SQLValueFunction, hint: Hint) -> None:
        self.functions.append(VALUE_FUNCTIONS[call.op])

    def _operator(self, it: pg.A_Expr, hint: Hint) -> None:
        left, right = it.lexpr, it.rexpr
        stack = self._stack
        kind = it.kind
        if kind not in _COMPARING or (kind == pg.AEXPR_OP and it.name[-1].string.sval not in _COMPARISONS):
            stack += (right, left)
            return
        of_left, of_right = left.WhichOneof("node"), right.WhichOneof("node")
        if of_left == "column_ref" and of_right in _HOLDS_CONSTANTS:
            stack += ((right, self._of_column(left.column_ref)), left)
        elif of_right == "column_ref" and of_left in _HOLDS_CONSTANTS:
            stack += (right, (left, self._of_column(right.column_ref)))
        else:
            stack += (right, left)

    def _case(self, case: pg.CaseExpr, hint: Hint) -> None:
        compared = self._of_column(case.arg.column_ref) if case.arg.HasField("column_ref") else _NO_HINT
        stack = self._stack
        stack.append((case.defresult, hint))
        for branch in reversed(case.args):
            stack.append((branch.case_when.result, hint))
            stack.append((branch.case_when.expr, compared))
        stack.append(case.arg)

    def _hinted_items(self, it: pg.List, hint: Hint) -> None:
        self._stack.extend([(each, hint) for each in it.items[::-1]])

    def _hinted_elements(self, it: pg.A_ArrayExpr, hint: Hint) -> None:
        self._stack.extend([(each, hint) for each in it.elements[::-1]])

    def _hinted_args(self, it: pg.CoalesceExpr, hint: Hint) -> None:
        self._stack.extend([(each, hint) for each in it.args[::-1]])

    def _args(self, it: pg.BoolExpr, hint: Hint) -> None:
        self._stack.extend(it.args[::-1])

    def _arg(self, it: pg.NullTest | pg.BooleanTest | pg.CollateClause, hint: Hint) -> None:
        self._stack.append(it.arg)

    def _sort(self, it: pg.SortBy, hint: Hint) -> None:
        self._stack.append(it.node)

    def _target(self, target: pg.ResTarget, hint: Hint) -> None:
        self._stack.append((target.val, hint))

    def _of_column(self, ref: pg.ColumnRef) -> Hint:
        """What a comparison with a column says about the other side."""
        names = [it.string.sval for it in ref.fields]
        if not names[-1] or names[0] in self.here.variables:
            return _NO_HINT
        return Hint(None, names[-1], names[-2] if len(names) > 1 else None)

    # --- queries ---

    def _sub_link(self, link: pg.SubLink, hint: Hint) -> None:
        self.has_query = True
        self.involved = True
        self._stack += (link.subselect, link.testexpr)

    def _select(self, select: pg.SelectStmt, hint: Hint) -> None:
        below: list[Any] = []
        if select.HasField("with_clause"):
            below += self._with(select.with_clause)
        if select.HasField("larg"):
            self.involved = True
            below += ((select.larg, hint), (select.rarg, hint))
        targets = hint.targets
        named: set[str] = set()
        for index, each in enumerate(select.target_list):
            target = each.res_target
            if target.name:
                named.add(target.name)
            below.append((target.val, Hint(column=targets[index])) if index < len(targets) else target.val)
        for row in select.values_lists:
            values = row.list.items
            below += [(value, Hint(column=name)) for value, name in zip(values, targets, strict=False)]
            below += values[len(targets) :]
        below += select.from_clause
        below.append(select.where_clause)
        for each in (*select.distinct_clause, *select.group_clause, *select.sort_clause):
            ordered = each.sort_by.node if each.HasField("sort_by") else each
            if named and ordered.HasField("column_ref"):
                fields = ordered.column_ref.fields
                if len(fields) == 1 and fields[0].string.sval in named:
                    continue  # a name that the SELECT gives
            below.append(each)
        below += (select.having_clause, select.limit_count, select.limit_offset)
        below += select.window_clause
        below.append(self.ctes)
        if select.locking_clause:
            self.locking = True
        self._stack.extend(below[::-1])

    def _with(self, clause: pg.WithClause) -> list[Any]:
        """The queries of CTEs, each behind the names that it can read, and at last all names."""
        self.involved = True
        ctes = self.ctes
        below: list[Any] = []
        if clause.recursive:
            ctes |= {it.common_table_expr.ctename for it in clause.ctes}
        for it in clause.ctes:
            cte = it.common_table_expr
            if cte.ctequery.HasField("select_stmt"):
                below += (ctes, cte.ctequery)
            else:
                self.modifying.append((cte.ctequery, ctes))
            ctes |= {cte.ctename}
        below.append(ctes)
        return below

    def _range_var(self, relation: pg.RangeVar, hint: Hint) -> None:
        if relation.schemaname or relation.relname not in self.ctes:
            self.table(relation)
            return
        self.involved = True
        self._means(self._called(relation), None)

    def _called(self, relation: pg.RangeVar) -> str:
        """By what name the rest of the query calls a table or CTE."""
        self.sources += 1
        self.names.add(relation.relname)
        if not relation.HasField("alias"):
            return str(relation.relname)
        self._alias(relation.alias)
        return str(relation.alias.aliasname)

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

    def _range_subselect(self, it: pg.RangeSubselect, hint: Hint) -> None:
        self.has_query = True
        self._source(it)
        self._stack.append(it.subquery)

    def _range_function(self, it: pg.RangeFunction | pg.RangeTableFunc | pg.JsonTable, hint: Hint) -> None:
        self._source(it)
        _children(self, it, hint)

    def _source(self, it: pg.RangeSubselect | pg.RangeFunction | pg.RangeTableFunc | pg.JsonTable) -> None:
        self.sources += 1
        self.involved = True
        if it.HasField("alias"):
            self._alias(it.alias)
            self._means(it.alias.aliasname, None)

    def _join(self, it: pg.JoinExpr, hint: Hint) -> None:
        self._stack += (it.quals, it.rarg, it.larg)

    def _nothing(self, it: Any, hint: Hint) -> None:
        """Names that are no columns, and what holds nothing."""


def _children(walk: Walk, message: Any, hint: Hint) -> None:
    """Walk all that a message holds, where it is one without a method of its own."""
    below: list[Any] = []
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.is_repeated:
            below += value
        else:
            below.append(value)
    walk._stack.extend(below[::-1])


_HANDLERS: Final[dict[type, Callable[[Walk, Any, Hint], None]]] = {
    pg.A_ArrayExpr: Walk._hinted_elements,
    pg.A_Const: Walk._constant,
    pg.A_Expr: Walk._operator,
    pg.Alias: Walk._nothing,
    pg.BoolExpr: Walk._args,
    pg.BooleanTest: Walk._arg,
    pg.CaseExpr: Walk._case,
    pg.CoalesceExpr: Walk._hinted_args,
    pg.CollateClause: Walk._arg,
    pg.ColumnRef: Walk._column_ref,
    pg.FuncCall: Walk._func_call,
    pg.JoinExpr: Walk._join,
    pg.JsonTable: Walk._range_function,
    pg.List: Walk._hinted_items,
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
