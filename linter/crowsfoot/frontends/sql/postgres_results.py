"""What PostgreSQL calls the columns that a query gives.

Source: https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/parser/parse_target.c
"""

from typing import Final

from crowsfoot.frontends.sql.postgres_parser import Tree

VALUE_FUNCTIONS: Final = {
    "SVFOP_CURRENT_DATE": "current_date",
    "SVFOP_CURRENT_TIME": "current_time",
    "SVFOP_CURRENT_TIME_N": "current_time",
    "SVFOP_CURRENT_TIMESTAMP": "current_timestamp",
    "SVFOP_CURRENT_TIMESTAMP_N": "current_timestamp",
    "SVFOP_LOCALTIME": "localtime",
    "SVFOP_LOCALTIME_N": "localtime",
    "SVFOP_LOCALTIMESTAMP": "localtimestamp",
    "SVFOP_LOCALTIMESTAMP_N": "localtimestamp",
    "SVFOP_CURRENT_ROLE": "current_role",
    "SVFOP_CURRENT_USER": "current_user",
    "SVFOP_USER": "user",
    "SVFOP_SESSION_USER": "session_user",
    "SVFOP_CURRENT_CATALOG": "current_catalog",
    "SVFOP_CURRENT_SCHEMA": "current_schema",
}


def result_names(select: Tree) -> tuple[str, ...]:
    """The names of the columns that a query gives; () where a star hides them."""
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
        found.append(target.get("name") or figured(target["val"]) or "?column?")
    return tuple(found)


def figured(node: Tree) -> str:
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


_OWN_NAMES: Final = {
    "CoalesceExpr": "coalesce",
    "A_ArrayExpr": "array",
    "RowExpr": "row",
    "GroupingFunc": "grouping",
}
_SUB_LINKS: Final = {"EXISTS_SUBLINK": "exists", "ARRAY_SUBLINK": "array"}


def _is_star(node: Tree) -> bool:
    return "ColumnRef" in node and "A_Star" in node["ColumnRef"]["fields"][-1]


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
