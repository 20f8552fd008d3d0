"""What a statement says of how relations and columns come: loader options to what a row has loaded.

https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html; counted on SQLAlchemy 1.4.54 and 2.0.58.
"""

from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

import msgspec

from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Object
from crowsfoot.libraries.sqlalchemy.expressions import ColumnRef, RelationRef
from crowsfoot.libraries.sqlalchemy.receiver import Receiver, elements, model_of, text

Path: TypeAlias = tuple[str, ...]
# "read": the program has read it since, and it is there until the row has expired.
How = Literal["eager", "lazy", "each", "raises", "none", "default", "read"]
ColumnHow = Literal["only", "defer", "undefer"]

RELATION_LOADERS: dict[str, How] = {
    "joinedload": "eager",
    "selectinload": "eager",
    "subqueryload": "eager",
    "contains_eager": "eager",
    "joinedload_all": "eager",
    "subqueryload_all": "eager",
    "selectinload_all": "eager",
    "eagerload": "eager",
    "immediateload": "each",
    "lazyload": "lazy",
    "raiseload": "raises",
    "noload": "none",
    "defaultload": "default",
}
COLUMN_LOADERS: dict[str, ColumnHow] = {"load_only": "only", "defer": "defer", "undefer": "undefer"}
LOADERS = frozenset((*RELATION_LOADERS, *COLUMN_LOADERS, "options", "undefer_group"))
ALL = "*"


class Loads(msgspec.Struct, frozen=True):
    """How the relations and columns of a row, and of the rows that it leads to, have come."""

    relations: frozenset[tuple[Path, How]] = frozenset()
    columns: frozenset[tuple[Path, ColumnHow, str]] = frozenset()

    def how(self, relation: str) -> How | None:
        """How the statement says that the relation comes; None where it says nothing."""
        everything: How | None = None
        for path, how in self.relations:
            if how == "default":
                continue
            if path == (relation,):
                return how
            if path == (ALL,):
                everything = how
        return everything

    def under(self, relation: str) -> "Loads":
        """What it says of the rows that the relation leads to."""
        if not self.relations and not self.columns:
            return self
        return Loads(
            frozenset(
                (path[1:], how) if path[0] == relation and len(path) > 1 else (path, how)
                for path, how in self.relations
                if (path[0] == relation and len(path) > 1) or path == (ALL,)
            ),
            frozenset(
                (path[1:], how, name) for path, how, name in self.columns if path and path[0] == relation
            ),
        )

    def has(self, *paths: Path) -> "Loads":
        """The same, with those loaded."""
        return Loads(self.relations | {(path, "eager") for path in paths}, self.columns)

    def read(self, path: Path) -> "Loads":
        """The same, once that has been read."""
        others = frozenset(it for it in self.relations if it[0] != path)
        return Loads(others | {(path, "read")}, self.columns)

    def leaves_out(self, model: Model, column: str, deferred: bool) -> bool:
        """Whether that column was not loaded."""
        if not self.columns:
            return deferred
        here = [(how, name) for path, how, name in self.columns if not path]
        if ("undefer", column) in here or ("undefer", ALL) in here or ("only", column) in here:
            return False
        if ("defer", column) in here or any(how == "only" for how, _ in here):
            return column not in model.primary_key
        return deferred or ("defer", ALL) in here

    def eager(self) -> tuple[str, ...]:
        """The relations that come with the rows, by their dotted paths."""
        return tuple(
            sorted(".".join(path) for path, how in self.relations if how == "eager" and path != (ALL,))
        )


class Option(Receiver, frozen=True):
    """A loader option, or a chain of them: joinedload(Book.author).selectinload(Author.prizes).

    root is the id of the model that it begins at, None where it does not say; path leads to where it is.
    """

    root: str | None = None
    path: Path = ()
    loads: Loads = Loads()

    def attribute(self, name: str, at: At) -> Object:
        return super().attribute(name, at) if name in LOADERS else UNKNOWN

    def method(self, name: str, args: Args, at: At) -> Object:
        if self == ANYTHING:
            return self
        if name == "options":
            within = [it for it in args.positional if isinstance(it, Option)]
            return Option(
                self.root, self.path, merged([self.loads, *(_below(self.path, it.loads) for it in within)])
            )
        root, path, loads = self.root, self.path, self.loads
        if how := COLUMN_LOADERS.get(name):
            named = {(path, how, it) for given in args.positional if (it := _column(given))}
            if args.spread:  # load_only(*columns): nobody knows which are left out
                named.add((path, "undefer", ALL))
            root = root or next((it.model for it in args.positional if isinstance(it, ColumnRef)), None)
            if name != "load_only" and path == () and len(args.positional) > 1:
                # defer(Book.author, Author.bio), the way of 1.x: a path whose last is the column
                return self
            return Option(root, path, Loads(loads.relations, loads.columns | named))
        loading = RELATION_LOADERS.get(name)
        if loading is None:
            return self
        for given in args.positional:
            if given is UNKNOWN:
                return ANYTHING
            for step in _steps(given):
                if isinstance(given, RelationRef) and not path:
                    root = root or given.model
                path = (*path, step)
                loads = Loads(loads.relations | {(path, loading)}, loads.columns)
        return Option(root, path, loads)


# What nobody knows may load any relation: joinedload(getattr(Book, name)), options(*given).
ANYTHING: Final = Option(
    loads=Loads(frozenset({((ALL,), "eager")}), frozenset({((), "undefer", ALL)})),
)


def optioned(args: Args, at: At) -> tuple[Option, ...]:
    """The options that a call of options() is given."""
    given = [it for one in args.positional for it in elements(one, at)]
    unknown = args.spread or any(it is UNKNOWN for it in given)
    return (*(it for it in given if isinstance(it, Option)), *((ANYTHING,) if unknown else ()))


def option(name: str, args: Args, at: At) -> Object:
    """What joinedload(...), load_only(...) and the like give; Load(Book) is the beginning of a chain."""
    if name == "Load":
        model = model_of(args.get(0), at)
        return Option(model.id if model else None)
    return Option().method(name, args, at)


def merged(loads: Iterable[Loads]) -> Loads:
    """All of them; a later word on a path counts."""
    relations: dict[Path, How] = {}
    columns: set[tuple[Path, ColumnHow, str]] = set()
    for it in loads:
        for path, how in it.relations:
            if how != "default" or path not in relations:
                relations[path] = how
        columns |= it.columns
    return Loads(frozenset(relations.items()), frozenset(columns))


def either_way(one: tuple[Option, ...], other: tuple[Option, ...]) -> tuple[Option, ...]:
    """The options of a statement that has those or these: `if brief: query = query.options(...)`.

    What comes on one way only is there for whoever reads it; what is left out on one way only, as well.
    """
    if one == other:
        return one
    shared = {it for it in one if it in other}
    both = dict.fromkeys((*one, *other))
    found = (it if it in shared else _loading(it) for it in both)
    return tuple(dict.fromkeys(found))


def _loading(it: Option) -> Option:
    """The option without what it leaves out."""
    relations = frozenset(each for each in it.loads.relations if each[1] in _LOADS)
    columns = frozenset(each for each in it.loads.columns if each[1] == "undefer")
    return Option(it.root, it.path, Loads(relations, columns))


_LOADS: Final = frozenset(("eager", "default", "read"))


def _below(path: Path, loads: Loads) -> Loads:
    return Loads(
        frozenset(((*path, *it), how) for it, how in loads.relations),
        frozenset(((*path, *it), how, name) for it, how, name in loads.columns),
    )


def _steps(given: Object) -> tuple[str, ...]:
    if isinstance(given, RelationRef):
        return (given.name,)
    said = text(given)
    return tuple(said.split(".")) if said else ()


def _column(given: Object) -> str | None:
    return given.name if isinstance(given, ColumnRef) else text(given)
