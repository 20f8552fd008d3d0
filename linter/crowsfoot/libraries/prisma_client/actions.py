"""A call of an action of the client -> the Query that it sends, and the rows that come back."""

from typing import Final, NamedTuple

import msgspec

from crowsfoot.libraries.calls import entries, number, options
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Constant, Many, Object, Place, Table
from crowsfoot.libraries.prisma_client.schema import LIBRARY_NAME
from crowsfoot.libraries.prisma_client.wheres import asked, included, is_known, nulls_of, ordered
from crowsfoot.libraries.query import Operation, Query
from crowsfoot.libraries.where import Where


class Action(NamedTuple):
    """What an action does, and its parameters in their order."""

    operation: Operation
    parameters: tuple[str, ...]
    many: bool = False


# Source: https://prisma-client-py.readthedocs.io/en/stable/reference/operations/
ACTIONS: Final = {
    **dict.fromkeys(("find_unique", "find_unique_or_raise"), Action("select", ("where", "include"))),
    **dict.fromkeys(
        ("find_first", "find_first_or_raise"),
        Action("select", ("skip", "where", "cursor", "include", "order", "distinct")),
    ),
    "find_many": Action(
        "select", ("take", "skip", "where", "cursor", "include", "order", "distinct"), many=True
    ),
    "create": Action("insert", ("data", "include")),
    "create_many": Action("insert", ("data",), many=True),
    "update": Action("update", ("data", "where", "include")),
    "update_many": Action("update", ("data", "where"), many=True),
    "upsert": Action("upsert", ("where", "data", "include")),
    "delete": Action("delete", ("where", "include")),
    "delete_many": Action("delete", ("where",), many=True),
    "count": Action("count", ("select", "take", "skip", "where", "cursor")),
    "group_by": Action("aggregate", ("by",), many=True),
}
# Of the actions, those that nothing but this client has, given what they are given.
_TELLING: Final = {
    **dict.fromkeys(("find_unique", "find_unique_or_raise", "find_first", "find_first_or_raise"), ("where",)),
    **dict.fromkeys(("find_many", "delete_many"), ("where",)),
    **dict.fromkeys(("update", "update_many", "upsert"), ("where", "data")),
    "create_many": ("data",),
}
_KEYWORDS: Final = frozenset(
    (
        *(
            "where",
            "data",
            "include",
            "take",
            "skip",
            "order",
            "cursor",
            "distinct",
            "by",
            "having",
            "select",
        ),
        *("count", "sum", "avg", "min", "max", "skip_duplicates"),
    )
)


def fits(name: str, args: Args) -> bool:
    """The arguments are such as the action takes."""
    action = ACTIONS.get(name)
    return (
        action is not None
        and len(args.positional) <= len(action.parameters)
        and all(isinstance(it, Table) for it in args.positional)
        and all(key in _KEYWORDS for key, _ in args.keywords)
    )


def says(args: Args) -> bool:
    """It is given rows, or which ones."""
    return any(key in ("where", "data") for key, _ in args.keywords)


def tells(name: str, args: Args) -> bool:
    """Name and keywords are such as no other library has them."""
    wanted = _TELLING.get(name)
    return wanted is not None and fits(name, args) and {key for key, _ in args.keywords}.issuperset(wanted)


def run(
    name: str,
    args: Args,
    at: At,
    model: Model | None,
    accessor: str,
    *,
    batch: bool = False,
) -> Object:
    """Say what the action sends, and give what comes back."""
    query = query_of(name, args, at, model, accessor)
    if batch:
        at.runs(msgspec.structs.replace(query, in_batch=True))
        return UNKNOWN
    at.runs(query)
    return _result(query, model)


def promised(name: str, args: Args, at: At, model: Model | None, accessor: str) -> Object:
    """The same of a receiver that may be a batch: it is sent only if it is awaited."""
    query = query_of(name, args, at, model, accessor)
    return Promised(query, _result(query, model), at.place)


def _result(query: Query, model: Model | None) -> Object:
    if query.operation == "aggregate":
        return Many(UNKNOWN)
    if query.operation == "count" or (query.many and query.operation != "select"):
        return UNKNOWN
    row = Row(model, query.loads)
    return Many(row) if query.many else row


class Promised(Object, frozen=True):
    """A request that is sent once it is awaited; made where it was made, which is where it counts."""

    query: Query
    result: Object
    made: Place

    def awaited(self, at: At) -> Object:
        at.elsewhere(self.made).runs(self.query, made=self.made)
        return self.result

    def attribute(self, name: str, at: At) -> Object:
        """The client that does not need `await` gives its rows at once."""
        return self.awaited(at).attribute(name, at)

    def element(self, at: At) -> Object:
        return self.awaited(at).element(at)

    def item(self, index: Object, at: At) -> Object:
        return self.awaited(at).item(index, at)

    def measured(self, at: At) -> None:
        self.awaited(at)

    def moved(self, place: Place) -> Object:
        return Promised(self.query, self.result, place)


def query_of(name: str, args: Args, at: At, model: Model | None, accessor: str, likely: bool = True) -> Query:
    action = ACTIONS[name]
    given = dict(zip(action.parameters, args.positional, strict=False)) | dict(args.keywords)
    where = asked(given.get("where"), model, at.models)
    limit: int | bool = False
    if name.startswith(("find_unique", "find_first")):
        limit = 1
    elif "take" in given:
        limit = number(given["take"]) or True
    found = where.with_("ranges", entries(given.get("cursor"))) if "cursor" in given else where
    pages = action.many and action.operation == "select" and given.keys() & {"take", "skip", "cursor"}
    # What takes some of the rows takes them by their key, unless it is told otherwise.
    # Source: prisma-engines, query-engine/core, finalize_arguments()
    order = ordered(given.get("order"))
    if pages and not order and model is not None:
        order = tuple((it, "asc") for it in model.primary_key)
    return Query(
        LIBRARY_NAME,
        f"{accessor}.{name}()" if accessor else f"{name}()",
        action.operation,
        model=model.id if model is not None else None,
        table=model.table if model is not None else None,
        order=order,
        nulls=nulls_of(given.get("order")),
        limit=limit,
        many=action.many and limit != 1,
        loads=included(given.get("include")),
        instead=_instead(name, where, given, model),
        # A call that writes many rows is most often one of few.
        likely=name not in ("create_many", "group_by"),
        target=_target(given, where, model) if name == "upsert" else (),
        **msgspec.structs.asdict(found),
    )


def _target(given: dict[str, Object], where: Where[str], model: Model | None) -> tuple[str, ...]:
    """The columns of ON CONFLICT, where an upsert is sent as that: by one key, which `create` has as well,
    and without rows of other tables. All else is a SELECT first.

    Source: https://www.prisma.io/docs/orm/reference/prisma-client-reference#database-upserts
    """
    data = entries(given.get("data"))
    create, update = entries(data.get("create")), entries(data.get("update"))
    relations = (
        {it.name for it in model.fields.values() if it.kind != "column"} if model is not None else set()
    )
    sent = len(entries(given.get("where"))) == 1 and where.whole and where.all == where.equal and bool(update)
    if not sent or "include" in given or relations & (create.keys() | update.keys()):
        return ()
    return where.equal if create.keys() >= set(where.equal) else ()


def _instead(name: str, where: Where[str], given: dict[str, Object], model: Model | None) -> str:
    """The action that does it for all rows at once, with the column that tells them apart."""
    keys = where.equal
    known = is_known(given.get("where"))
    if name in ("create", "create_many"):
        return "create_many()" if not _writes_relations(given.get("data"), model) else "batch_()"
    if name == "upsert" or (name.startswith("update") and not _is_constant(given.get("data"))):
        return "batch_()"
    filtered = f'where={{"{keys[0]}": {{"in": ...}}}}' if len(keys) == 1 and known else ""
    if name == "count":
        return f'group_by(by=["{keys[0]}"], count=True)' if keys else "group_by()"
    if name.startswith("update"):
        return f"update_many({filtered})"
    if name.startswith("delete"):
        return f"delete_many({filtered})"
    if name.startswith("find"):
        return (
            f"find_many({filtered})"
            if filtered
            else "one find_many()"
            if len(keys) < 2
            else 'find_many(where={"OR": [...]})'
        )
    return "group_by()"


def _writes_relations(data: Object | None, model: Model | None) -> bool:
    """create_many() writes rows of one table."""
    return any(
        bool(entries(value).keys() & {"create", "connect", "connectOrCreate"})
        for value in entries(data).values()
    )


def _is_constant(data: Object | None) -> bool:
    """The same for each row."""
    for it in options(data):
        if isinstance(it, Table) and it.named:
            return all(isinstance(value, Constant) for _, value in it.named)
    return False


class Row(Object, frozen=True):
    """A row: what was not loaded with it is None, and reading that sends nothing."""

    model: Model | None
    loads: tuple[str, ...] = ()

    def attribute(self, name: str, at: At) -> Object:
        field = self.model.fields.get(name) if self.model is not None else None
        if field is None or field.kind == "column" or name not in self.loads:
            return UNKNOWN
        within = tuple(it[len(name) + 1 :] for it in self.loads if it.startswith(f"{name}."))
        target = Row(at.models.target(field), within)
        return Many(target) if field.kind == "many" else target

    def awaited(self, at: At) -> Object:
        return self
