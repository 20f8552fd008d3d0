"""What hangs on an object of the catalog, and goes with it by CASCADE."""

from collections.abc import Iterable, Iterator
from operator import itemgetter

from crowsfoot.link.catalog.model import Catalog, Table
from crowsfoot.source import Span


def truncated_by_cascade(tables: Iterable[Table], catalog: Catalog) -> list[Table]:
    """The further tables that TRUNCATE ... CASCADE empties: those that refer to them, at any distance."""
    seen = {it.number for it in tables}
    waiting, found = list(tables), []
    while waiting:
        for referrer, _ in catalog.referring(waiting.pop()):
            if referrer.number not in seen:
                seen.add(referrer.number)
                found.append(referrer)
                waiting.append(referrer)
    return found


def vanished(before: Catalog, after: Catalog) -> Iterator[tuple[str, Span]]:
    """What one catalog has and a later one lacks: in words, with the place that made it.

    What belongs to a table that is gone itself is left out, and so is an index, which costs time and no data.
    """
    if before is after:
        return
    # The maps of a catalog have no order of their own.
    changed = [it for it in before.tables.items() if after.tables.get(it[0]) is not it[1]]
    for number, table in sorted(changed, key=itemgetter(0)):
        now = after.tables.get(number)
        if now is None:
            yield f"the {table.kind} {table}", table.span
            continue
        for name, column in table.columns.items():
            if name not in now.columns and len(now.columns) < len(table.columns):
                yield f"the column {table}.{name}", column.span
        for fk_name, fk in table.foreign_keys.items():
            if fk_name not in now.foreign_keys and len(now.foreign_keys) < len(table.foreign_keys):
                yield f"the foreign key {fk_name} of {table}", fk.span
        for trigger in table.triggers.values():
            if trigger.name not in now.triggers and len(now.triggers) < len(table.triggers):
                yield f"the trigger {trigger.name} of {table}", trigger.span
        for policy in table.policies.values():
            if policy.name not in now.policies and len(now.policies) < len(table.policies):
                yield f"the policy {policy.name} of {table}", policy.span
    types = [it for it in before.types.items() if it[0] not in after.types]
    for _, type in sorted(types, key=itemgetter(0)):
        yield f"the type {type.name}", type.span
    functions = [it for it in before.functions.items() if it[0] not in after.functions]
    for _, overloads in sorted(functions, key=itemgetter(0)):
        yield f"the function {overloads[0].name}", overloads[0].span
