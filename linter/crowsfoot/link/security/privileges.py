"""The grants of a catalog, in their order -> what each role was given on each table, function and schema.

GRANT and REVOKE count for what there is when they run, default privileges for what is made after them. What a
role has because it is the owner is not told here.
Source: https://www.postgresql.org/docs/current/ddl-priv.html
        https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal

import msgspec

from crowsfoot.link.catalog import model as held
from crowsfoot.source import Span

PUBLIC: Final = "public"
_ALL: Final[Mapping[str, tuple[str, ...]]] = {
    "table": ("select", "insert", "update", "delete", "truncate", "references", "trigger"),
    "function": ("execute",),
    "schema": ("usage", "create"),
}
_OF_COLUMNS: Final = frozenset({"select", "insert", "update", "references"})

# "grant": on the very object; "default": by ALTER DEFAULT PRIVILEGES; "built-in": PostgreSQL gives it to
# everybody; "platform": by default privileges that a platform brings; "assumed": nothing is said of the role
# at all, and the application works with it.
Source = Literal["grant", "default", "built-in", "platform", "assumed"]


class Privilege(msgspec.Struct, frozen=True):
    """What a role may do with an object, and the statement that has allowed it."""

    grantee: str
    name: str  # "select", "execute", ...
    span: Span | None  # None where no migration says it
    source: Source
    columns: tuple[str, ...] = ()  # on these alone


_Key = tuple[str, str, bool]  # grantee, privilege, whether it is of columns
_Given = dict[_Key, Privilege]
Platform = Callable[["held.Table | held.Function"], bool]


class Privileges:
    """What was granted in one catalog.

    migrator is who runs the migrations, where that is known. platform says whether an object of the schema
    public is granted to platform_roles as it is made.
    """

    def __init__(
        self,
        catalog: held.Catalog,
        migrator: str | None = None,
        platform: Platform | None = None,
        platform_roles: Iterable[str] = (),
    ) -> None:
        self._migrator = migrator
        self._platform = platform
        self._roles = tuple(platform_roles)
        self._objects: dict[int, _Given] = {}
        self._schemas: dict[str, _Given] = {
            "public": {(PUBLIC, "usage", False): Privilege(PUBLIC, "usage", None, "built-in")}
        }
        for role in self._roles:
            self._schemas["public"][role, "usage", False] = Privilege(role, "usage", None, "platform")
        self._defaults: dict[tuple[str | None, str, str], _Given] = {}
        self._creators: set[str | None] = set()
        self._replay(catalog)

    def of(self, thing: held.Table | held.Function) -> Iterable[Privilege]:
        return self._objects.get(thing.number, {}).values()

    def of_schema(self, schema: str) -> Iterable[Privilege]:
        return self._schemas.get(schema, {}).values()

    def speaks_of(self, schema: str) -> bool:
        """Whether a migration says who may use the schema."""
        return schema in self._schemas

    @property
    def defaults(self) -> Iterable[tuple[str, str, Privilege]]:
        """The kind, the schema ("" for all) and the privilege that new objects get in the end."""
        for (_, schema, kind), given in self._defaults.items():
            for privilege in given.values():
                if privilege.source == "default":
                    yield kind, schema, privilege

    # --- the replay ------------------------------------------------------------------------------------

    def _replay(self, catalog: held.Catalog) -> None:
        things: list[held.Table | held.Function] = [*catalog.tables.values()]
        for overloads in catalog.functions.values():
            things += overloads
        self._creators = {it.creator for it in things}
        things.sort(key=lambda it: (it.accesses, it.number), reverse=True)
        for count, granted in enumerate(reversed([*catalog.grants])):
            while things and things[-1].accesses <= count:
                self._make(things.pop())
            self._apply(granted)
        for thing in reversed(things):
            self._make(thing)

    def _make(self, thing: held.Table | held.Function) -> None:
        kind = "function" if isinstance(thing, held.Function) else "table"
        creator = self._whose(thing.creator)
        given: _Given = {}
        if thing.schema == "public" and self._platform is not None and self._platform(thing):
            for role in self._roles:
                for name in _ALL[kind]:
                    given[role, name, False] = Privilege(role, name, None, "platform")
        if kind == "function":
            given[PUBLIC, "execute", False] = Privilege(PUBLIC, "execute", None, "built-in")
        for schema in ("", thing.schema):
            for key, it in self._defaults.get((creator, schema, kind), {}).items():
                if it.source == "default":
                    given[key] = it
                else:
                    given.pop(key, None)
        if given:
            self._objects[thing.number] = given

    def _whose(self, role: str | None) -> str | None:
        """The role, None for the migrator: where he is not known, any that has made nothing with SET ROLE."""
        if role == self._migrator or (self._migrator is None and role not in self._creators):
            return None
        return role

    def _apply(self, granted: held.Granted) -> None:
        kind = "table" if granted.kind in ("view", "materialized view") else granted.kind
        names = _ALL.get(kind)
        if names is None:
            return
        if granted.default:
            for creator in granted.creators:
                whose = self._whose(creator)
                home = self._defaults.setdefault((whose, granted.on.name, kind), {})
                self._change_default(home, granted, names)
        elif kind == "schema":
            self._change(self._schemas.setdefault(granted.on.name, {}), granted, names)
        else:
            for number in granted.numbers:
                self._change(self._objects.setdefault(number, {}), granted, names)

    def _change(self, given: _Given, granted: held.Granted, names: tuple[str, ...]) -> None:
        of_columns = bool(granted.columns)
        for name in granted.privileges or names:
            key = (granted.grantee, name, of_columns)
            if granted.revoke:
                if of_columns and key in given:
                    left = tuple(it for it in given[key].columns if it not in granted.columns)
                    if left:
                        given[key] = msgspec.structs.replace(given[key], columns=left)
                        continue
                given.pop(key, None)
                if not of_columns:  # REVOKE on a table takes what was granted on its columns, too
                    given.pop((granted.grantee, name, True), None)
            else:
                columns = granted.columns
                if of_columns and key in given:
                    columns = tuple(dict.fromkeys((*given[key].columns, *columns)))
                if not of_columns or name in _OF_COLUMNS:
                    given[key] = Privilege(granted.grantee, name, granted.span, "grant", columns)

    def _change_default(self, given: _Given, granted: held.Granted, names: tuple[str, ...]) -> None:
        """What is revoked of what PostgreSQL or the platform gives by itself stays in given, to be left out.

        Of a single schema nothing can be revoked that is given everywhere; what the platform gives is of the
        schema public alone.
        """
        for name in granted.privileges or names:
            key = (granted.grantee, name, False)
            everywhere = granted.grantee == PUBLIC and granted.kind == "function"
            if not granted.revoke:
                given[key] = Privilege(granted.grantee, name, granted.span, "default")
            elif (everywhere and not granted.on.name) or (
                granted.grantee in self._roles and granted.on.name == "public"
            ):
                given[key] = Privilege(granted.grantee, name, granted.span, "built-in")
            else:
                given.pop(key, None)
