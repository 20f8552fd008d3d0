"""A drawing to groups of tables that belong together, by database, schema, and who refers to whom.

Tables of one schema that hang together are a group. Where that is more than fits one picture, it is taken
apart where few foreign keys lead across (Louvain). A foreign key counts less the more others refer to the
same table: what everybody refers to, such as the users, says little about what belongs together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from crowsfoot.drawing.model import Drawing

_MOST = 24  # tables of a group, before it is taken apart
_FINENESS = 1.5  # the resolution of Louvain: of 1, 1.5 and 2, what kept groups of civitai readable
_TOO_MANY = 50  # tables of a part, which is then taken apart again
_HUB = 8  # tables that do nothing but refer to one of their group


class Group(msgspec.Struct, frozen=True):
    """Tables that are drawn together, and near, the edges that are drawn within; both by position."""

    title: str
    nodes: tuple[int, ...]
    near: tuple[int, ...]


def groups(drawing: Drawing) -> tuple[Group, ...]:
    """The groups, the largest first, then lists; last, for each schema, the tables without a foreign key."""
    found: list[Group] = []
    alone: list[Group] = []
    schemas: dict[tuple[int, str | None], list[int]] = {}
    for n, node in enumerate(drawing.nodes):
        schemas.setdefault((node.database, node.schema), []).append(n)
    of_databases = _short(drawing.databases)
    of_schemas = Counter(database for database, _ in schemas)
    refers = Counter(edge.target for edge in drawing.edges if edge.source != edge.target)
    for (database, schema), nodes in schemas.items():
        named = schema if schema is not None and of_schemas[database] > 1 else ""
        where = "/".join(filter(None, (of_databases[database], named)))
        within = _edges_among(drawing, nodes)
        related, rest = _sorted_out(drawing, nodes, within)
        for part in related:
            found += _pictures(drawing, part, refers, where)
        if rest:
            unrelated = set(rest)
            near = tuple(it for it in within if drawing.edges[it].source in unrelated)
            alone.append(Group(_joined(where, "no relations"), tuple(rest), near))
    return (*sorted(found, key=lambda it: (not it.near, -len(it.nodes), it.nodes)), *alone)


def _sorted_out(drawing: Drawing, nodes: list[int], within: list[int]) -> tuple[list[list[int]], list[int]]:
    """(what hangs together, those that refer to nothing and nothing refers to)."""
    import networkx as nx

    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from((drawing.edges[it].source, drawing.edges[it].target) for it in within)
    parts = [sorted(it) for it in nx.connected_components(graph)]
    return [it for it in parts if len(it) > 1], sorted(it[0] for it in parts if len(it) == 1)


def _pictures(drawing: Drawing, part: list[int], refers: Counter[int], where: str) -> Iterator[Group]:
    for nodes in _taken_apart(drawing, part, refers):
        listed: dict[int, list[int]] = {}
        if len(nodes) > _MOST:
            listed = {hub: them for hub, them in _leaves(drawing, nodes).items() if len(them) >= _HUB}
        rest = sorted(set(nodes).difference(*listed.values()))
        near = _edges_among(drawing, rest)
        yield Group(_title(drawing, rest, near, where), tuple(rest), tuple(near))
        # These say no more than that each refers to the hub: a list of them is shorter than their lines.
        for hub, them in listed.items():
            yield Group(_joined(where, f"refer to {drawing.nodes[hub].label} only"), tuple(them), ())


def _taken_apart(drawing: Drawing, part: Sequence[int], refers: Counter[int]) -> list[tuple[int, ...]]:
    if len(part) <= _MOST:
        return [tuple(part)]
    found = _communities(drawing, part, refers)
    if len(found) == 1:
        return found
    pieces = (_taken_apart(drawing, it, refers) if len(it) > _TOO_MANY else [it] for it in found)
    return [it for them in pieces for it in them]


def _communities(drawing: Drawing, part: Sequence[int], refers: Counter[int]) -> list[tuple[int, ...]]:
    import networkx as nx

    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(part)
    for at in _edges_among(drawing, part):
        edge = drawing.edges[at]
        if edge.source != edge.target:
            weight = refers[edge.target] ** -0.5
            known = graph.get_edge_data(edge.source, edge.target, {"weight": 0.0})["weight"]
            graph.add_edge(edge.source, edge.target, weight=known + weight)
    found = nx.community.louvain_communities(graph, resolution=_FINENESS, seed=0)
    larger = [set(it) for it in found if len(it) > 1]
    community = {node: it for it in larger for node in it}
    for (node,) in sorted(tuple(it) for it in found if len(it) == 1):
        # Nobody is alone who refers to something: of those around it, the closest takes it in.
        near = max(graph[node], key=lambda it: (it in community, graph[node][it]["weight"], -it))
        community.setdefault(near, set()).update({near, node})
        community[node] = community[near]
    return sorted({tuple(sorted(it)) for it in community.values()})


def _leaves(drawing: Drawing, nodes: Sequence[int]) -> dict[int, list[int]]:
    """Tables that do nothing but refer to one other of them, by that one."""
    refers: dict[int, set[int]] = {}
    for at in _edges_among(drawing, nodes):
        edge = drawing.edges[at]
        refers.setdefault(edge.source, set()).add(edge.target)
        refers.setdefault(edge.target, set()).add(-1)
    found: dict[int, list[int]] = {}
    for node in nodes:
        targets = refers.get(node, set())
        if len(targets) == 1 and -1 not in targets:
            found.setdefault(next(iter(targets)), []).append(node)
    return found


def _edges_among(drawing: Drawing, nodes: Iterable[int]) -> list[int]:
    among = set(nodes)
    return [n for n, it in enumerate(drawing.edges) if it.source in among and it.target in among]


def _title(drawing: Drawing, nodes: Sequence[int], near: Sequence[int], where: str) -> str:
    """The table that the others of the group refer to most."""
    counts = Counter(drawing.edges[it].target for it in near)
    counts.update(dict.fromkeys(nodes, 0))
    first = min(nodes, key=lambda it: (-counts[it], it))
    schema = drawing.nodes[first].schema
    return _joined(where, drawing.nodes[first].label.removeprefix(f"{schema}."))


def _short(paths: Sequence[str]) -> list[str]:
    """What tells paths apart: of each, its first folders below those that all have, as few as do."""
    parts = [tuple(it.split("/")) for it in paths]
    shared = Counter(it[:n] for it in parts for n in range(len(it) + 1))
    found = []
    for it in parts:
        first = max(n for n in range(len(it) + 1) if shared[it[:n]] == len(parts))
        last = next((n for n in range(first, len(it)) if shared[it[:n]] == 1), len(it))
        found.append("/".join(it[first:last]))
    return found


def _joined(where: str, what: str) -> str:
    return f"{where}: {what}" if where else what
