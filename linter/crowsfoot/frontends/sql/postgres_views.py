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
from crowsfoot.frontends.sql.postgres_results import figured, result_names
from crowsfoot.frontends.sql.postgres_terms import reading


def create_view(it: Tree, here: Here) -> tuple[Operation, ...]:
    select = it["query"]["SelectStmt"]
    view = it["view"]
    read = _query(select, here, view["location"])
    if here.bodies.terms:
        read = replace(read, reading=reading(select, here))
    return (
        CreateView(
            here.range,
            object_name(view, here),
            read,
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


def with_outputs(read: Query, select: Tree, here: Here) -> Query:
    """The query, with what its outermost SELECT gives."""
    if "larg" in select or "valuesLists" in select:
        return read
    outputs: list[Output] = []
    for each in select.get("targetList", ()):
        target = each["ResTarget"]
        node = target["val"]
        name = target.get("name") or figured(node) or "?column?"
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
