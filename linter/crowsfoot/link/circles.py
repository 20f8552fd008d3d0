"""Foreign keys -> the circles that they make."""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

from crowsfoot.link.project import Database, ForeignKey


def circles(
    database: Database,
    keys: Iterable[ForeignKey],
    first: Callable[[ForeignKey], Any] = lambda fk: fk.name_span,
) -> Iterator[list[ForeignKey]]:
    """One circle for each knot of tables that lead to each other by these keys, each key's target being
    the table of the next; it begins with the key of the knot for which first is least.

    Keys that lead from a table to itself are left out.
    """
    left = _without_ends([fk for fk in keys if fk.target is not fk.table])
    if not left:
        return
    # Only now: importing networkx takes longer than all the rest, and circles are rare.
    import networkx as nx

    wanted = set(left)
    graph = database.graph.edge_subgraph(
        edge for edge, fk in nx.get_edge_attributes(database.graph, "fk").items() if fk in wanted
    )
    knots = [knot for knot in nx.strongly_connected_components(graph) if len(knot) > 1]
    for knot in sorted(knots, key=lambda it: min(it)):
        inside = [fk for fk in left if fk.table.model in knot and fk.target.model in knot]
        start = min(inside, key=first)
        way = nx.shortest_path(graph.subgraph(knot), start.target.model, start.table.model)
        steps = {(fk.table.model, fk.target.model): fk for fk in sorted(inside, key=first, reverse=True)}
        yield [start, *(steps[step] for step in pairwise(way))]


def _without_ends(keys: list[ForeignKey]) -> list[ForeignKey]:
    """The keys that may be part of a circle: those go whose target has no key left, again and again."""
    while True:
        leading_on = {fk.table.model for fk in keys}
        rest = [fk for fk in keys if fk.target.model in leading_on]
        if len(rest) == len(keys):
            return rest
        keys = rest
