"""Views and tables made from queries to operations."""

import re
from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from crowsfoot.facts.sql import (
    ColumnDef,
    CreateTable,
    CreateView,
    Operation,
    Output,
    Query,
    RefreshView,
    TypeName,
)
from crowsfoot.frontends.sql import postgres_shapes as shapes
from crowsfoot.frontends.sql import postgres_types as types
from crowsfoot.frontends.sql.postgres_expressions import query
from crowsfoot.frontends.sql.postgres_here import Here
from crowsfoot.frontends.sql.postgres_names import (
    constant,
    object_name,
    options,
    strings,
)
from crowsfoot.frontends.sql.postgres_parser import Tree
from crowsfoot.frontends.sql.postgres_walk import VALUE_FUNCTIONS


def create_view(it: Tree, here: Here) -> tuple[Operation, ...]:
    select = it["query"]["SelectStmt"]
    view = it["view"]
    return (
        CreateView(
            here.range,
            object_name(view, here),
            _query(select, here, view["location"]),
            strings(it.get("aliases", ())) or result_names(select),
            replace=it.get("replace", False),
            temporary=view["relpersistence"] == "t",
            options=options(it.get("options", ())),
        ),
    )


def create_table_as(it: Tree, here: Here) -> tuple[Operation, ...]:
    into = it["into"]
    # Without a SELECT it is EXECUTE of a prepared statement.
    select = it["query"].get("SelectStmt")
    read = Query(here.range) if select is None else _query(select, here, into["rel"]["location"])
    names = () if select is None else result_names(select)
    aliases = strings(into.get("colNames", ()))
    lenient = it.get("if_not_exists", False)
    if it["objtype"] == "OBJECT_MATVIEW":
        return (
            CreateView(
                here.range,
                object_name(into["rel"], here),
                read,
                aliases or names,
                materialized=True,
                if_not_exists=lenient,
                with_data="skipData" not in into,
                options=options(into.get("options", ())),
            ),
        )
    return (_table(into, read, here, names, aliases, lenient),)


def select_into(select: Tree, here: Here) -> Operation:
    read = with_outputs(query(select, here, here.range), select, here)
    read = replace(read, result=shapes.result(select, here))
    return _table(select["intoClause"], read, here, result_names(select), (), False)


def refresh(it: Tree, here: Here) -> tuple[Operation, ...]:
    view = object_name(it["relation"], here)
    return (RefreshView(here.range, view, it.get("concurrent", False), "skipData" not in it),)


def result_names(select: Tree) -> tuple[str, ...]:
    """The names of the columns that a query gives; () where a star hides them.

    Source: https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/parser/parse_target.c
    """
    while "larg" in select:
        select = select["larg"]
    if "valuesLists" in select:
        row = select["valuesLists"][0]["List"].get("items", ())
        return tuple([f"column{index + 1}" for index in range(len(row))])
    found: list[str] = []
    for each in select.get("targetList", ()):
        target = each["ResTarget"]
        if _is_star(target["val"]):
            return ()
        found.append(target.get("name") or _figured(target["val"]) or "?column?")
    return tuple(found)


def with_outputs(read: Query, select: Tree, here: Here) -> Query:
    """The query, with what its outermost SELECT gives."""
    if "larg" in select or "valuesLists" in select:
        return read
    outputs: list[Output] = []
    for each in select.get("targetList", ()):
        target = each["ResTarget"]
        node = target["val"]
        name = target.get("name") or _figured(node) or "?column?"
        cast: TypeName | None = None
        if "TypeCast" in node:
            type_name = node["TypeCast"]["typeName"]
            cast = types.read(type_name, here.name(type_name["location"]))
            node = node["TypeCast"]["arg"]
        if "ColumnRef" in node:
            fields = node["ColumnRef"]["fields"]
            qualifier = fields[-2]["String"]["sval"] if len(fields) > 1 else None
            if "A_Star" in fields[-1]:
                outputs.append(Output(here.range, "*", table=qualifier))
            else:
                outputs.append(Output(here.range, name, fields[-1]["String"]["sval"], qualifier, cast))
        elif "A_Const" in node:
            const = node["A_Const"]
            where = here.constant(const.get("location", 0)) if "sval" in const else here.range
            null = const.get("isnull", False)
            outputs.append(Output(where, name, None, None, cast, constant(const), null))
        else:
            outputs.append(Output(here.range, name, type=cast))
    return replace(read, outputs=tuple(outputs), no_from="fromClause" not in select)


_AFTER_QUERY: Final = re.compile(
    r"\s+WITH\s+(?:(?:CASCADED\s+|LOCAL\s+)?CHECK\s+OPTION|(?:NO\s+)?DATA)\s*\Z",
    re.IGNORECASE,
)
_OWN_NAMES: Final = {
    "CoalesceExpr": "coalesce",
    "A_ArrayExpr": "array",
    "RowExpr": "row",
    "GroupingFunc": "grouping",
}
_SUB_LINKS: Final = {"EXISTS_SUBLINK": "exists", "ARRAY_SUBLINK": "array"}


def _table(
    into: Tree,
    read: Query,
    here: Here,
    names: Sequence[str],
    aliases: Sequence[str],
    lenient: bool,
) -> CreateTable:
    columns: tuple[ColumnDef, ...] = ()
    if read.outputs:
        read = _renamed(read, aliases)
    else:  # UNION and VALUES: only the names are known
        called = [*aliases, *names[len(aliases) :]]
        columns = tuple([ColumnDef(it, read.range, read.range, TypeName("", read.range)) for it in called])
    relation = into["rel"]
    return CreateTable(
        here.range,
        object_name(relation, here),
        columns,
        if_not_exists=lenient,
        temporary=relation["relpersistence"] == "t",
        unlogged=relation["relpersistence"] == "u",
        query=read,
        options=options(into.get("options", ())),
        on_commit_drop=into.get("onCommit") == "ONCOMMIT_DROP",
    )


def _renamed(read: Query, aliases: Sequence[str]) -> Query:
    """The query with other names for what it gives, as far as no star stands before them."""
    if not aliases:
        return read
    outputs = list(read.outputs)
    for index, alias in enumerate(aliases[: len(outputs)]):
        if outputs[index].name == "*":
            break
        outputs[index] = replace(outputs[index], name=alias)
    return replace(read, outputs=tuple(outputs))


def _query(select: Tree, here: Here, relation: int) -> Query:
    start = here.after("AS", here.dotted(relation)[1])
    tail = _AFTER_QUERY.search(here.text, max(start, here.end - 80), here.end)
    end = here.until(start, tail.start()) if tail else here.end
    read = with_outputs(query(select, here, here.place(start, end)), select, here)
    return replace(read, result=shapes.result(select, here))


def _is_star(node: Tree) -> bool:
    return "ColumnRef" in node and "A_Star" in node["ColumnRef"]["fields"][-1]


def _figured(node: Tree) -> str:
    """The name that PostgreSQL gives to a result without one; "" where it finds none."""
    cast = ""
    while True:
        ((kind, it),) = node.items()
        if kind == "TypeCast":
            cast = cast or it["typeName"]["names"][-1]["String"]["sval"]
            node = it["arg"]
        elif kind == "CollateClause":
            node = it["arg"]
        elif kind == "A_Indirection":
            for part in reversed(it["indirection"]):
                if "String" in part:
                    return str(part["String"]["sval"])
            node = it["arg"]
        elif kind == "CaseExpr":
            if "defresult" not in it:
                return "case"
            cast = cast or "case"
            node = it["defresult"]
        elif kind == "SubLink":
            if it["subLinkType"] != "EXPR_SUBLINK":
                return _SUB_LINKS.get(it["subLinkType"], cast)
            target = _first_target(it["subselect"]["SelectStmt"])
            if target is None or "name" in target:
                return cast if target is None else str(target["name"])
            node = target["val"]
        else:
            return _own_name(kind, it) or cast


def _first_target(select: Tree) -> Tree | None:
    """What a query gives first; None where that is a star, or a value without a name."""
    while "larg" in select:
        select = select["larg"]
    if "targetList" not in select:
        return None
    target: Tree = select["targetList"][0]["ResTarget"]
    return None if _is_star(target["val"]) else target


def _own_name(kind: str, it: Tree) -> str:
    if kind == "ColumnRef":
        return str(it["fields"][-1].get("String", {}).get("sval", ""))
    if kind == "FuncCall":
        return str(it["funcname"][-1]["String"]["sval"])
    if kind == "MinMaxExpr":
        return "greatest" if it["op"] == "IS_GREATEST" else "least"
    if kind == "A_Expr" and it["kind"] == "AEXPR_NULLIF":
        return "nullif"
    if kind == "SQLValueFunction":
        return VALUE_FUNCTIONS[it["op"]]
    return _OWN_NAMES.get(kind, "")
