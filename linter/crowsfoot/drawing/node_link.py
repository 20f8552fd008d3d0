"""A drawing to JSON, as networkx reads it: networkx.node_link_graph(data, edges="edges")."""

from typing import Any

import msgspec

from crowsfoot.drawing.boxes import Columns
from crowsfoot.drawing.groups import groups
from crowsfoot.drawing.model import Drawing, Edge, Node

_VERSION = 1


def render(drawing: Drawing, columns: Columns | None = None) -> str:
    """A directed multigraph: an edge leads from the table that has the columns to the one they refer to."""
    data = {
        "directed": True,
        "multigraph": True,
        "graph": {"tool": "crowsfoot", "version": _VERSION, "databases": drawing.databases},
        "nodes": _nodes(drawing, columns),
        "edges": [_edge(n, it, drawing) for n, it in enumerate(drawing.edges)],
    }
    return msgspec.json.format(msgspec.json.encode(data), indent=2).decode() + "\n"


def _nodes(drawing: Drawing, columns: Columns | None) -> list[dict[str, Any]]:
    group = {node: it.title for it in groups(drawing) for node in it.nodes}
    return [_node(it, drawing, group[n], columns) for n, it in enumerate(drawing.nodes)]


def _node(node: Node, drawing: Drawing, group: str, columns: Columns | None) -> dict[str, Any]:
    fields = [
        {
            "name": it.name,
            "column": it.stored,
            "type": it.type,
            "nullable": it.nullable,
            "primary": it.primary,
            "unique": it.unique,
            "foreign": bool(it.foreign),
        }
        for it in node.fields
        if columns != "none" and (columns != "keys" or it.primary or it.foreign)
    ]
    return {
        "id": node.id,
        "model": node.label,
        "table": node.name,
        "kind": node.kind,
        "schema": node.schema,
        "database": drawing.databases[node.database],
        "group": group,
        "path": node.place.path,
        "line": node.place.line,
        "columns": fields,
        "findings": [
            {
                "rule": it.rule,
                "severity": it.severity.name.lower(),
                "message": it.message,
                "path": it.place.path,
                "line": it.place.line,
            }
            for it in node.findings
        ],
        "queries": node.queries,
        "loops": node.loops,
    }


def _edge(n: int, edge: Edge, drawing: Drawing) -> dict[str, Any]:
    return {
        "source": drawing.nodes[edge.source].id,
        "target": drawing.nodes[edge.target].id,
        "key": n,
        "columns": edge.columns,
        "references": edge.target_columns,
        "source_end": edge.near,
        "target_end": edge.far,
        "on_delete": edge.on_delete,
        "enforced": edge.enforced,
        "name": edge.name,
    }
