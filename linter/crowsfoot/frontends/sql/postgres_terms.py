"""PostgreSQL's trees of expressions and SELECTs to terms and readings."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from crowsfoot.facts.terms import Kind, Reading, Source, Term
from crowsfoot.frontends.sql import postgres_types as types
from crowsfoot.frontends.sql.postgres_here import Here
from crowsfoot.frontends.sql.postgres_names import constant
from crowsfoot.frontends.sql.postgres_parser import Tree
from crowsfoot.frontends.sql.postgres_results import VALUE_FUNCTIONS
from crowsfoot.source import Range

# Beyond these nobody means it: a policy is a few comparisons deep.
_DEEPEST: Final = 40
_MOST: Final = 100  # members of one list, and operands of one AND

_Maker = Callable[["_Terms", Any, int], Term]


def term(node: Tree, here: Here) -> Term:
    """The expression that the node is."""
    return _Terms(here).term(node, 0)


def reading(select: Tree, here: Here) -> Reading:
    """What the SELECT reads, under which conditions, and what it gives."""
    return _Terms(here).reading(select, 0)


class _Terms:
    """The terms of one statement; they go no deeper than the limit."""

    def __init__(self, here: Here) -> None:
        self._here = here
        self._known: frozenset[str] = frozenset()  # names of CTEs, where we are

    def term(self, node: Tree, depth: int) -> Term:
        if depth <= _DEEPEST:
            for kind, it in node.items():
                maker = _MAKERS.get(kind)
                if maker is not None:
                    return maker(self, it, depth + 1)
        return Term("unknown", self._here.range)

    def terms(self, nodes: Iterable[Tree], depth: int) -> tuple[Term, ...]:
        found: list[Term] = []
        for node in nodes:
            if len(found) == _MOST:
                found.append(Term("unknown", self._here.range))
                break
            found.append(self.term(node, depth))
        return tuple(found)

    def _name(self, location: int) -> Range:
        """Where the name at a location of the parser stands; a bracket or star where there is none."""
        start, end = self._here.dotted(location)
        return self._here.place(start, max(end, start + 1))

    # --- values ---

    def column(self, it: Tree, depth: int) -> Term:
        fields = it["fields"]
        table = fields[-2]["String"]["sval"] if len(fields) > 1 else None
        name = "*" if "A_Star" in fields[-1] else fields[-1]["String"]["sval"]
        return Term("column", self._name(it["location"]), name, qualifier=table)

    def constant(self, it: Tree, depth: int) -> Term:
        where = self._here.constant(it.get("location", 0))
        value = constant(it)
        return Term("null", where) if value is None else Term("constant", where, value)

    def cast(self, it: Tree, depth: int) -> Term:
        inner = self.term(it["arg"], depth)
        name = types.name(it["typeName"])
        return Term("cast", inner.range, f"{name}[]" if "arrayBounds" in it["typeName"] else name, (inner,))

    def call(self, it: Tree, depth: int) -> Term:
        names = [part["String"]["sval"] for part in it["funcname"]]
        of = self.terms(it.get("args", ()), depth)
        where = _over((self._name(it["location"]), *_ranges(of)))
        return Term("call", where, names[-1].lower(), of, names[-2] if len(names) > 1 else None)

    def value_function(self, it: Tree, depth: int) -> Term:
        return Term("call", self._name(it["location"]), VALUE_FUNCTIONS[it["op"]])

    def coalesce(self, it: Tree, depth: int) -> Term:
        return self._named_call("coalesce", it, depth)

    def extreme(self, it: Tree, depth: int) -> Term:
        return self._named_call("greatest" if it["op"] == "IS_GREATEST" else "least", it, depth)

    def _named_call(self, name: str, it: Tree, depth: int) -> Term:
        of = self.terms(it.get("args", ()), depth)
        return Term("call", _over((self._name(it["location"]), *_ranges(of))), name, of)

    def array(self, it: Tree, depth: int) -> Term:
        return self._made("array", "", self.terms(it.get("elements", ()), depth))

    def row(self, it: Tree, depth: int) -> Term:
        return self._made("row", "", self.terms(it.get("args", ()), depth))

    def field(self, it: Tree, depth: int) -> Term:
        inner = self.term(it["arg"], depth)
        names = [part["String"]["sval"] for part in it["indirection"] if "String" in part]
        return Term("field", inner.range, ".".join(names), (inner,))

    def collate(self, it: Tree, depth: int) -> Term:
        return self.term(it["arg"], depth)

    def case(self, it: Tree, depth: int) -> Term:
        tested = self.term(it["arg"], depth) if "arg" in it else None
        of: list[Term] = []
        for each in it["args"][:_MOST]:
            when = self.term(each["CaseWhen"]["expr"], depth)
            if tested is not None:
                when = self._made("operator", "=", (tested, when))
            of += (when, self.term(each["CaseWhen"]["result"], depth))
        other = self.term(it["defresult"], depth) if "defresult" in it else Term("null", of[-1].range)
        return self._made("case", "", (*of, other))

    # --- conditions ---

    def boolean(self, it: Tree, depth: int) -> Term:
        of = self.terms(it["args"], depth)
        return self._made(_BOOLEANS[it["boolop"]], "", of)

    def null_test(self, it: Tree, depth: int) -> Term:
        name = "null" if it["nulltesttype"] == "IS_NULL" else "not null"
        return self._made("is", name, (self.term(it["arg"], depth),))

    def boolean_test(self, it: Tree, depth: int) -> Term:
        name = it["booltesttype"].removeprefix("IS_").replace("_", " ").lower()
        return self._made("is", name, (self.term(it["arg"], depth),))

    def operator(self, it: Tree, depth: int) -> Term:
        kind = it["kind"]
        name = it["name"][-1]["String"]["sval"]
        left: tuple[Term, ...] = (self.term(it["lexpr"], depth),) if "lexpr" in it else ()
        right = it.get("rexpr", {})
        if kind == "AEXPR_IN":
            items = right["List"].get("items", ()) if "List" in right else (right,)
            found = self._made("in", "", (*left, *self.terms(items, depth)))
            return found if name == "=" else self._made("not", "", (found,))
        if "BETWEEN" in kind:
            return self._between(kind, left[0], right["List"]["items"], depth)
        of = (*left, self.term(right, depth)) if right else left
        match kind:
            case "AEXPR_OP_ANY":
                return self._made("any", name, of)
            case "AEXPR_OP_ALL":
                return self._made("all", name, of)
            case "AEXPR_DISTINCT":
                return self._made("distinct", "", of)
            case "AEXPR_NOT_DISTINCT":
                return self._made("not", "", (self._made("distinct", "", of),))
            case "AEXPR_NULLIF":
                return self._made("call", "nullif", of)
            case _:
                return self._made("operator", name, of)

    def _between(self, kind: str, tested: Term, ends: list[Tree], depth: int) -> Term:
        if kind.endswith("_SYM"):
            return Term("unknown", tested.range)
        low, high = (self.term(it, depth) for it in ends)
        of = (
            self._made("operator", ">=", (tested, low)),
            self._made("operator", "<=", (tested, high)),
        )
        found = self._made("and", "", of)
        return self._made("not", "", (found,)) if kind == "AEXPR_NOT_BETWEEN" else found

    def sub_link(self, it: Tree, depth: int) -> Term:
        inner = self.reading(it["subselect"]["SelectStmt"], depth + 1)
        of = (self.term(it["testexpr"], depth),) if "testexpr" in it else ()
        name = it["operName"][-1]["String"]["sval"] if "operName" in it else "=" if of else ""
        where = _over((self._name(it["location"]), *_ranges(of)))
        return Term(_SUB_LINKS.get(it["subLinkType"], "unknown"), where, name, of, reading=inner)

    def _made(self, kind: Kind, name: str, of: tuple[Term, ...]) -> Term:
        return Term(kind, _over(_ranges(of)) if of else self._here.range, name, of)

    # --- SELECT ---

    def reading(self, select: Tree, depth: int) -> Reading:
        if depth > _DEEPEST:
            return Reading(complete=False)
        outside = self._known
        ctes = self._ctes(select, depth)
        self._known |= {name for name, _ in ctes}
        found = self._reading(select, depth, ctes)
        self._known = outside
        return found

    def _reading(self, select: Tree, depth: int, ctes: tuple[tuple[str, Reading], ...]) -> Reading:
        if "larg" in select:
            branches = (self.reading(select["larg"], depth + 1), self.reading(select["rarg"], depth + 1))
            return Reading(branches=branches, ctes=ctes, grouped=True)
        sources: list[Source] = []
        conditions: list[Term] = []
        for it in select.get("fromClause", ()):
            self._source(it, depth, sources, conditions, outer=False)
        if "whereClause" in select:
            conditions.append(self.term(select["whereClause"], depth))
        gives = (self.term(each["ResTarget"]["val"], depth) for each in select.get("targetList", ())[:_MOST])
        return Reading(
            tuple(sources),
            conditions[0]
            if len(conditions) == 1
            else self._made("and", "", tuple(conditions))
            if conditions
            else None,
            tuple(gives),
            ctes=ctes,
            grouped=any(key in select for key in _GROUPING),
            complete="valuesLists" not in select,
        )

    def _ctes(self, select: Tree, depth: int) -> tuple[tuple[str, Reading], ...]:
        found: list[tuple[str, Reading]] = []
        for it in select.get("withClause", {}).get("ctes", ()):
            cte = it["CommonTableExpr"]
            query = cte["ctequery"].get("SelectStmt")
            found.append(
                (
                    cte["ctename"],
                    Reading(complete=False) if query is None else self.reading(query, depth + 1),
                )
            )
        return tuple(found)

    def _source(
        self,
        node: Tree,
        depth: int,
        sources: list[Source],
        conditions: list[Term],
        *,
        outer: bool,
    ) -> None:
        """Tell what one item of FROM brings, and the conditions under which it does."""
        if depth > _DEEPEST:
            sources.append(Source(""))
            return
        ((kind, it),) = node.items()
        if kind == "JoinExpr":
            join = it.get("jointype", "JOIN_INNER")
            far = outer or join in ("JOIN_RIGHT", "JOIN_FULL")
            self._source(it["larg"], depth + 1, sources, conditions, outer=far)
            far = outer or join in ("JOIN_LEFT", "JOIN_FULL")
            self._source(it["rarg"], depth + 1, sources, conditions, outer=far)
            if "quals" in it and join == "JOIN_INNER":
                conditions.append(self.term(it["quals"], depth))
            return
        alias = it.get("alias", {}).get("aliasname", "")
        if kind == "RangeVar":
            name, schema = it["relname"], it.get("schemaname")
            sources.append(
                Source(
                    alias or name,
                    name,
                    schema,
                    schema is None and name in self._known,
                    range=self._name(it["location"]),
                    outer=outer,
                )
            )
        elif kind == "RangeSubselect":
            inner = self.reading(it["subquery"]["SelectStmt"], depth + 1)
            sources.append(Source(alias, reading=inner, outer=outer))
        elif kind == "RangeFunction":
            called = it["functions"][0]["List"]["items"][0]
            call = self.term(called, depth)
            sources.append(Source(alias or call.name, call=call, outer=outer))
        else:
            sources.append(Source(alias))


_GROUPING: Final = ("groupClause", "distinctClause", "havingClause", "limitCount", "limitOffset")
_BOOLEANS: Final[dict[str, Kind]] = {"AND_EXPR": "and", "OR_EXPR": "or", "NOT_EXPR": "not"}
_SUB_LINKS: Final[dict[str, Kind]] = {
    "EXISTS_SUBLINK": "exists",
    "ANY_SUBLINK": "any query",
    "ALL_SUBLINK": "all query",
    "EXPR_SUBLINK": "scalar",
    "ARRAY_SUBLINK": "array query",
}
_MAKERS: Final[dict[str, _Maker]] = {
    "ColumnRef": _Terms.column,
    "A_Const": _Terms.constant,
    "TypeCast": _Terms.cast,
    "FuncCall": _Terms.call,
    "SQLValueFunction": _Terms.value_function,
    "CoalesceExpr": _Terms.coalesce,
    "MinMaxExpr": _Terms.extreme,
    "A_ArrayExpr": _Terms.array,
    "RowExpr": _Terms.row,
    "A_Indirection": _Terms.field,
    "CollateClause": _Terms.collate,
    "CaseExpr": _Terms.case,
    "BoolExpr": _Terms.boolean,
    "NullTest": _Terms.null_test,
    "BooleanTest": _Terms.boolean_test,
    "A_Expr": _Terms.operator,
    "SubLink": _Terms.sub_link,
}


def _ranges(terms: Iterable[Term]) -> list[Range]:
    return [it.range for it in terms]


def _over(ranges: Iterable[Range]) -> Range:
    """The stretch that they take up together."""
    found = list(ranges)
    return Range(min(it.start for it in found), max(it.end for it in found))
