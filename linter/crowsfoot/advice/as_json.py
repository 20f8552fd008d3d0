"""The plan as JSON for scripts.

Lines are 1-based, and null where the text of the file is not known; columns are the database's names. The
shape changes only with `version`; new keys may be added to it.

    {"version": 1,
     "tables": [
       {"table": str, "model": str, "path": str, "line": int | null,
        "rows": int | null, "before": int, "after": int, "notes": [str],
        "changes": [
          {"kind": "add" | "replace" | "drop", "confidence": "certain" | "likely" | "possible", "why": str,
           "index": null | {"keys": [{"column": str, "descending": bool, "nulls": "first" | "last"}],
                            "null": [str], "declaration": str},
           "old": [{"declaration": str, "name": str | null, "columns": [str]}],
           "by": null | {the same as in old},
           "queries": [
             {"now": str, "finds_by": [str], "range": bool, "in_order": bool,
              "calls": int | null, "milliseconds": float | null,
              "places": [{"path": str, "line": int | null, "said": str, "source": str}]}],
           "foreign_keys": [
             {"columns": [str], "target": str, "deleted_at": null | {the same as in places}}]}]}],
     "incomplete_tables": [str], "shared_names": [str],
     "summary": {"add": int, "replace": int, "drop": int, "before": int, "after": int, "tables_asked": int,
                 "places": int, "possible": int}}

before and after count the indexes of the table, which every insert writes; null are the columns that the
predicate of a partial index wants to be NULL. finds_by are the keys that narrow the search, the last of them
by a range where `range` says so. rows, calls and milliseconds (of all calls) are those of --stats.

What incomplete tables lack is possible at most, as a part of their declaration could not be read. Queries of
a table whose name several databases have are nobody's.
"""

from __future__ import annotations

from typing import Any

from crowsfoot.advice import View
from crowsfoot.advice.model import Change, Promise, ServedKey, TablePlan
from crowsfoot.databases.index_sql import default_name
from crowsfoot.databases.index_writing import declaration
from crowsfoot.link.project import Index
from crowsfoot.link.wanted import Place
from crowsfoot.reporters.json import encode
from crowsfoot.reporters.places import place
from crowsfoot.source import Span

VERSION = 1


def render(view: View) -> str:
    plan = view.plan
    kinds = [it.kind for it in plan.changes]
    value = {
        "version": VERSION,
        "tables": [_table(view, it) for it in plan.tables],
        "incomplete_tables": [it.name for it in plan.incomplete],
        "shared_names": list(plan.shared),
        "summary": {
            "add": kinds.count("add"),
            "replace": kinds.count("replace"),
            "drop": kinds.count("drop"),
            "before": sum(it.before for it in plan.tables),
            "after": sum(it.after for it in plan.tables),
            "tables_asked": plan.asked,
            "places": plan.places,
            "possible": plan.unsure,
        },
    }
    return encode(value, indent=2)


def _table(view: View, it: TablePlan) -> dict[str, Any]:
    return {
        "table": it.table.name,
        "model": it.table.model,
        **_place(view, it.table.name_span),
        "rows": it.rows,
        "before": it.before,
        "after": it.after,
        "notes": list(it.notes),
        "changes": [_change(view, change) for change in it.changes],
    }


def _change(view: View, it: Change) -> dict[str, Any]:
    return {
        "kind": it.kind,
        "confidence": it.confidence.name.lower(),
        "why": it.why,
        "index": _new(it),
        "old": [_index(old) for old in it.old],
        "by": _index(it.by) if it.by is not None else None,
        "queries": [_promise(view, it, promise) for promise in it.promises],
        "foreign_keys": [_foreign_key(view, key) for key in it.foreign_keys],
    }


def _new(change: Change) -> dict[str, Any] | None:
    proposal = change.proposal
    if proposal is None:
        return None
    return {
        "keys": [
            {
                "column": it.column,
                "descending": it.descending,
                "nulls": "first" if it.nulls_first else "last",
            }
            for it in proposal.keys
        ],
        "null": list(proposal.null),
        "declaration": declaration(proposal),
    }


def _index(it: Index) -> dict[str, Any]:
    return {
        "declaration": it.declaration,
        "name": default_name(it),
        "columns": [column.name for column in it.columns],
    }


def _promise(view: View, change: Change, it: Promise) -> dict[str, Any]:
    keys = change.proposal.keys if change.proposal is not None else ()
    return {
        "now": it.now,
        "finds_by": [key.column for key in keys[: it.keys + it.range]],
        "range": it.range,
        "in_order": it.sorted,
        "calls": it.load.calls if it.load is not None else None,
        "milliseconds": it.load.total if it.load is not None else None,
        "places": [_said(view, place) for place in it.shape.places],
    }


def _said(view: View, it: Place) -> dict[str, Any]:
    return {**_place(view, it.span), "said": it.said, "source": it.source}


def _foreign_key(view: View, it: ServedKey) -> dict[str, Any]:
    return {
        "columns": [column.name for column in it.key.columns],
        "target": it.key.target.name,
        "deleted_at": _said(view, it.place) if it.place is not None else None,
    }


def _place(view: View, span: Span) -> dict[str, Any]:
    where = place(view.page, span)
    return {"path": view.page.path(span.path), "line": None if where is None else where.line}
