"""What the nodes of a tree name: tables, columns, functions, constants, casts."""

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from crowsfoot.facts.sql import ColumnUse, Constant, ObjectName, Query
from crowsfoot.frontends.sql import postgres_types as types
from crowsfoot.frontends.sql.postgres_here import Here
from crowsfoot.frontends.sql.postgres_names import object_name
from crowsfoot.frontends.sql.postgres_parser import Tree
from crowsfoot.frontends.sql.postgres_results import VALUE_FUNCTIONS, figured
from crowsfoot.source import Range

NO_CTES: Final[frozenset[str]] = frozenset()


class Hint(msgspec.Struct, frozen=True):
    """What the surroundings of a node say about the constants in it."""

    type: str | None = None
    column: str | None = None
    table: str | None = None
    targets: tuple[str, ...] = ()  # of a SELECT: the columns that its results are put into


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
        self.modifying: list[tuple[Tree, frozenset[str]]] = []
        self.has_query = False
        self.filtered = False
        self.locking = False
        self.star = False
        self.sources = 0  # what stands in FROM clauses, of every kind
        self.involved = False  # with a CTE, a subquery, or columns that are renamed
        self.aliases: list[str] = []
        self.meanings: dict[str, ObjectName | None] = {}  # of aliases and table names; None: several things
        self.names: set[str] = set()  # by which rows of a source can be named as a whole
        self._seen: set[tuple[str, str | None]] = set()  # the columns, each with what stands before it
        self._stack: list[Any] = []

    def node(self, node: Tree | None, *, column: str | None = None) -> None:
        """Walk a node where there is one, which is put into the column."""
        if node is not None:
            self._stack.append(node if column is None else (node, Hint(column=column)))
            self._run()

    def nodes(self, nodes: Iterable[Tree]) -> None:
        self._stack.extend(list(nodes)[::-1])
        self._run()

    def select(self, select: Tree, targets: tuple[str, ...] = ()) -> None:
        """Walk the outermost SELECT, whose results are put into the targets."""
        branches = [select]  # of its UNION
        while branches:
            it = branches.pop()
            if "larg" in it:
                branches += (it["larg"], it["rarg"])
            if "whereClause" in it or "limitCount" in it or _joins(it.get("fromClause", ())):
                self.filtered = True
        self._select(select, Hint(targets=targets))
        self._run()

    def with_clause(self, it: Tree) -> None:
        """Walk the CTEs of an INSERT, UPDATE, DELETE or MERGE, if any; they can be read from here on."""
        if "withClause" in it:
            self._stack.extend(self._with(it["withClause"])[::-1])
            self._run()

    def table(self, relation: Tree) -> None:
        """A table that is read, and no CTE: the target of an UPDATE."""
        table = object_name(relation, self.here)
        self.tables.append(table)
        self._means(
            self._called(relation),
            None if "colnames" in relation.get("alias", ()) else table,
        )

    def sets(self, targets: Iterable[Tree]) -> None:
        """Walk what UPDATE sets columns to."""
        for it in targets:
            target = it["ResTarget"]
            self.node(target.get("val"), column=target["name"])

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
        while stack:
            node = stack.pop()
            hint = _NO_HINT
            if type(node) is tuple:
                node, hint = node
            elif type(node) is frozenset:
                self.ctes = node
                continue
            for kind in node if len(node) == 1 else reversed(node):
                it = node[kind]
                if (handler := handlers.get(kind)) is not None:
                    handler(self, it, hint)
                elif type(it) is dict:
                    stack.append(it)
                elif type(it) is list:
                    stack.extend([each for each in it[::-1] if type(each) is dict])

    # --- constants, columns, functions ---

    def _column_ref(self, ref: Tree, hint: Hint) -> None:
        fields = ref["fields"]
        last = fields[-1]
        if "String" not in last:
            self.star = True
            return
        name = last["String"]["sval"]
        table = fields[-2]["String"]["sval"] if len(fields) > 1 else None
        if (name, table) in self._seen:  # queries name the same columns again and again
            return
        here = self.here
        if not here.variables or fields[0]["String"]["sval"] not in here.variables:
            self._seen.add((name, table))
            self.columns.append(ColumnUse(name, here.name(ref.get("location", 0)), table))

    def _constant(self, const: Tree, hint: Hint) -> None:
        if "sval" in const:
            text = const["sval"].get("sval", "")
            where = self.here.constant(const.get("location", 0))
            self.literals.append(Constant(text, where, hint.type, hint.column, hint.table))

    def _type_cast(self, cast: Tree, hint: Hint) -> None:
        arg = cast["arg"]
        type_name = cast["typeName"]
        name = types.name(type_name)
        self.casts.append(name)
        if _HOLDS_CONSTANTS.isdisjoint(arg):
            self._stack.append(arg)
            return
        array = "arrayBounds" in type_name and "A_ArrayExpr" not in arg
        self._stack.append((arg, Hint(f"{name}[]" if array else name, hint.column, hint.table)))

    def _func_call(self, call: Tree, hint: Hint) -> None:
        self.functions.append(call["funcname"][-1]["String"]["sval"].lower())
        stack = self._stack
        if "over" in call:
            stack.append({"WindowDef": call["over"]})
        if "agg_filter" in call:
            stack.append(call["agg_filter"])
        if "agg_order" in call:
            stack.extend(call["agg_order"][::-1])
        if "args" in call:
            stack.extend(call["args"][::-1])

    def _value_function(self, call: Tree, hint: Hint) -> None:
        self.functions.append(VALUE_FUNCTIONS[call["op"]])

    def _operator(self, it: Tree, hint: Hint) -> None:
        left, right = it.get("lexpr"), it.get("rexpr")
        stack = self._stack
        if left is None or right is None:  # - a
            stack += [each for each in (right, left) if each is not None]
            return
        kind = it["kind"]
        compares = (
            it["name"][-1]["String"]["sval"] in COMPARISONS if kind == "AEXPR_OP" else kind in _COMPARING
        )
        if not compares:
            stack += (right, left)
        elif "ColumnRef" in left and not _HOLDS_CONSTANTS.isdisjoint(right):
            stack += ((right, self._of_column(left["ColumnRef"])), left)
        elif "ColumnRef" in right and not _HOLDS_CONSTANTS.isdisjoint(left):
            stack += (right, (left, self._of_column(right["ColumnRef"])))
        else:
            stack += (right, left)

    def _case(self, case: Tree, hint: Hint) -> None:
        arg = case.get("arg")
        compared = self._of_column(arg["ColumnRef"]) if arg is not None and "ColumnRef" in arg else _NO_HINT
        stack = self._stack
        if "defresult" in case:
            stack.append((case["defresult"], hint))
        for branch in case["args"][::-1]:
            when = branch["CaseWhen"]
            stack += ((when["result"], hint), (when["expr"], compared))
        if arg is not None:
            stack.append(arg)

    def _items(self, it: Tree, hint: Hint) -> None:
        self._stack.extend([(each, hint) for each in it.get("items", ())[::-1]])

    def _elements(self, it: Tree, hint: Hint) -> None:
        self._stack.extend([(each, hint) for each in it.get("elements", ())[::-1]])

    def _args(self, it: Tree, hint: Hint) -> None:
        self._stack.extend([(each, hint) for each in it["args"][::-1]])

    def _plain_args(self, it: Tree, hint: Hint) -> None:
        self._stack.extend(it["args"][::-1])

    def _arg(self, it: Tree, hint: Hint) -> None:
        self._stack.append(it["arg"])

    def _sort_key(self, key: Tree, hint: Hint) -> None:
        self._stack.append(key["node"])

    def _target(self, target: Tree, hint: Hint) -> None:
        if "val" in target:
            self._stack.append((target["val"], hint))

    def _of_column(self, ref: Tree) -> Hint:
        """What a comparison with a column says about the other side."""
        fields = ref["fields"]
        last = fields[-1]
        if "String" not in last or fields[0]["String"]["sval"] in self.here.variables:
            return _NO_HINT
        return Hint(
            None,
            last["String"]["sval"],
            fields[-2]["String"]["sval"] if len(fields) > 1 else None,
        )

    # --- queries ---

    def _sub_link(self, link: Tree, hint: Hint) -> None:
        self.has_query = True
        self.involved = True
        self._stack.append(link["subselect"])
        if "testexpr" in link:
            self._stack.append(link["testexpr"])

    def _select(self, select: Tree, hint: Hint) -> None:
        below: list[Any] = []
        if "withClause" in select:
            below += self._with(select["withClause"])
        if "larg" in select:
            self.involved = True
            below += (
                ({"SelectStmt": select["larg"]}, hint),
                ({"SelectStmt": select["rarg"]}, hint),
            )
        targets = hint.targets
        for index, each in enumerate(select.get("targetList", ())):
            value = each["ResTarget"]["val"]
            below.append((value, Hint(column=targets[index])) if index < len(targets) else value)
        for row in select.get("valuesLists", ()):
            values = row["List"].get("items", [])
            below += [(value, Hint(column=name)) for value, name in zip(values, targets, strict=False)]
            below += values[len(targets) :]
        below += select.get("fromClause", ())
        if "whereClause" in select:
            below.append(select["whereClause"])
        results: frozenset[str] | None = None
        for part in ("distinctClause", "groupClause", "sortClause"):
            if part in select:
                results = _results(select) if results is None else results
                below += [each for each in select[part] if not _is_result(each, select, results)]
        for part in ("havingClause", "limitCount", "limitOffset"):
            if part in select:
                below.append(select[part])
        below += select.get("windowClause", ())
        below.append(self.ctes)
        if "lockingClause" in select:
            self.locking = True
        self._stack.extend(below[::-1])

    def _with(self, clause: Tree) -> list[Any]:
        """The queries of CTEs, each behind the names that it can read, and at last all names."""
        self.involved = True
        ctes = self.ctes
        below: list[Any] = []
        if clause.get("recursive"):
            ctes |= {it["CommonTableExpr"]["ctename"] for it in clause["ctes"]}
        for it in clause["ctes"]:
            cte = it["CommonTableExpr"]
            if "SelectStmt" in cte["ctequery"]:
                below += (ctes, cte["ctequery"])
            else:
                self.modifying.append((cte["ctequery"], ctes))
            ctes |= {cte["ctename"]}
        below.append(ctes)
        return below

    def _range_var(self, relation: Tree, hint: Hint) -> None:
        if "schemaname" in relation or relation["relname"] not in self.ctes:
            self.table(relation)
            return
        self.involved = True
        self._means(self._called(relation), None)

    def _called(self, relation: Tree) -> str:
        """By what name the rest of the query calls a table or CTE."""
        self.sources += 1
        name: str = relation["relname"]
        self.names.add(name)
        return self._alias(relation["alias"]) if "alias" in relation else name

    def _means(self, name: str, table: ObjectName | None) -> None:
        if name in self.meanings:
            other = self.meanings[name]
            if table is None or other is None or (other.name, other.schema) != (table.name, table.schema):
                self.meanings[name] = None
        else:
            self.meanings[name] = table

    def _alias(self, alias: Tree) -> str:
        name: str = alias["aliasname"]
        self.names.add(name)
        self.aliases.append(name)
        if "colnames" in alias:
            self.involved = True
        return name

    def _range_subselect(self, it: Tree, hint: Hint) -> None:
        self.has_query = True
        self._source(it)
        self._stack.append(it["subquery"])

    def _range_function(self, it: Tree, hint: Hint) -> None:
        self._source(it)
        self._stack.extend([it[each] for each in it if type(it[each]) is dict and each != "alias"])
        for each in it.values():
            if type(each) is list:
                self._stack.extend([inner for inner in each[::-1] if type(inner) is dict])

    def _source(self, it: Tree) -> None:
        """Something in FROM that is no table."""
        self.sources += 1
        self.involved = True
        if "alias" in it:
            self._means(self._alias(it["alias"]), None)

    def _join(self, it: Tree, hint: Hint) -> None:
        if "quals" in it:
            self._stack.append(it["quals"])
        self._stack += (it["rarg"], it["larg"])

    def _nothing(self, it: Any, hint: Hint) -> None:
        """Names that are no columns, and what holds nothing."""


_NO_HINT: Final = Hint()
COMPARISONS: Final = frozenset(("=", "<>", "!=", "<", ">", "<=", ">="))
# The kinds of A_Expr that compare their two sides: all but LIKE, ILIKE and SIMILAR TO.
_COMPARING: Final = frozenset(
    (
        "AEXPR_OP_ANY",
        "AEXPR_OP_ALL",
        "AEXPR_DISTINCT",
        "AEXPR_NOT_DISTINCT",
        "AEXPR_NULLIF",
        "AEXPR_IN",
        "AEXPR_BETWEEN",
        "AEXPR_NOT_BETWEEN",
        "AEXPR_BETWEEN_SYM",
        "AEXPR_NOT_BETWEEN_SYM",
    )
)
_HOLDS_CONSTANTS: Final = frozenset(
    ("A_Const", "TypeCast", "List", "A_ArrayExpr", "CaseExpr", "CoalesceExpr")
)
# By the kind of a node, or by the name of a field that holds no node. What is not here is gone through.
_HANDLERS: Final[dict[str, Callable[[Walk, Any, Hint], None]]] = {
    "A_ArrayExpr": Walk._elements,
    "A_Const": Walk._constant,
    "A_Expr": Walk._operator,
    "Alias": Walk._nothing,
    "BoolExpr": Walk._plain_args,
    "CaseExpr": Walk._case,
    "CoalesceExpr": Walk._args,
    "ColumnRef": Walk._column_ref,
    "FuncCall": Walk._func_call,
    "JoinExpr": Walk._join,
    "JsonTable": Walk._range_function,
    "List": Walk._items,
    "LockingClause": Walk._nothing,
    "NullTest": Walk._arg,
    "RangeFunction": Walk._range_function,
    "RangeSubselect": Walk._range_subselect,
    "RangeTableFunc": Walk._range_function,
    "RangeVar": Walk._range_var,
    "ResTarget": Walk._target,
    "SQLValueFunction": Walk._value_function,
    "SelectStmt": Walk._select,
    "SortBy": Walk._sort_key,
    "String": Walk._nothing,
    "SubLink": Walk._sub_link,
    "TypeCast": Walk._type_cast,
    "TypeName": Walk._nothing,
    "typeName": Walk._nothing,
}


def _results(select: Tree) -> frozenset[str]:
    """What a query calls its results, where these are no columns of the same name."""
    found: list[str] = []
    for each in select.get("targetList", ()):
        target = each["ResTarget"]
        if "name" in target:
            found.append(target["name"])
        elif "ColumnRef" not in target["val"]:
            found.append(figured(target["val"]))
    return frozenset(found)


def _is_result(node: Tree, select: Tree, results: frozenset[str]) -> bool:
    """Whether what a query is sorted or grouped by is a result, and no column of what it reads."""
    node = node["SortBy"]["node"] if "SortBy" in node else node
    fields: list[Tree] = node["ColumnRef"]["fields"] if "ColumnRef" in node else []
    if len(fields) != 1 or "String" not in fields[0]:
        return False
    return "larg" in select or fields[0]["String"]["sval"] in results


def _joins(sources: Iterable[Tree]) -> bool:
    """Whether a source is a join on a condition."""
    waiting = list(sources)
    while waiting:
        join = waiting.pop().get("JoinExpr")
        if join is not None:
            if "quals" in join or "usingClause" in join:
                return True
            waiting += (join["larg"], join["rarg"])
    return False
