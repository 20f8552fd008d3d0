"""A policy -> what keeps its rows apart: which column it compares with which value of the session.

- scoping(policy): what its USING and its WITH CHECK come to, worked out once.
- Condition.kind, from the weakest to the strongest:
  - "open": nothing of the session is asked: true, or a property of the row such as published;
  - "login": it is only asked that somebody has logged in, or that a setting is set;
  - "unknown": it hangs on what cannot be followed;
  - "claimed": a claim, a role or a function says that the user may, whatever the row: is_admin();
  - "scoped": columns of the row (bound) are compared with the session: org_id = current_setting('app.org');
  - "never": no row can meet it.
- comparisons(term, ...): each comparison of a column of the row with a context.
- share_roles(one, other): whether both speak of one role.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final, Literal, NamedTuple

import msgspec

from crowsfoot.facts.terms import Reading, Source, Term
from crowsfoot.link.catalog import model as held
from crowsfoot.link.project import once
from crowsfoot.link.security.contexts import Context, Contexts, contexts_of
from crowsfoot.link.security.evaluation import ANY, evaluate
from crowsfoot.link.security.model import SecuredPolicy
from crowsfoot.link.security.terms import (
    bare,
    columns,
    constant,
    everything,
    in_reading,
    own_columns,
    parts,
    readings_of,
    table_of,
    terms_of,
)

Kind = Literal["open", "login", "unknown", "claimed", "scoped", "never"]
_ORDER: Final[dict[Kind, int]] = {
    "open": 0,
    "login": 1,
    "unknown": 2,
    "claimed": 3,
    "scoped": 4,
    "never": 5,
}


class Condition(msgspec.Struct, frozen=True):
    """What a term asks for. branches are what OR takes together, if it is such a term."""

    kind: Kind
    term: Term
    bound: tuple[str, ...] = ()  # own columns that are compared with the session, whichever way is gone
    branches: tuple[Condition, ...] = ()
    always: bool = False  # it is true for every row
    strongest: Kind = "open"  # of all that stands in it, also where OR makes it count for nothing

    @property
    def asks_nothing_more(self) -> bool:
        """Whether nothing in it asks for more than that somebody has logged in."""
        return self.kind in ("open", "login") and self.strongest in ("open", "login")

    @property
    def ways(self) -> tuple[Condition, ...]:
        """Its branches, or itself: each is a way to the rows of its own."""
        return self.branches or (self,)


class Scoping(msgspec.Struct, frozen=True):
    """What a policy asks for. None: there is no such clause, and none that counts for it."""

    using: Condition | None
    check: Condition | None  # USING counts where no WITH CHECK is written


class Comparison(NamedTuple):
    """A column of the row, and the value of the session that it is compared with."""

    column: Term
    context: Context
    operator: str
    whole: Term  # the comparison
    beside: Term  # the side on which the column stands, with its casts and functions
    against: Term  # the other one


@once
def scoping(policy: SecuredPolicy) -> Scoping:
    """What the policy asks for."""
    contexts = contexts_of(policy.table.security)
    table = policy.table.table
    using = _condition(policy.using, table, contexts) if policy.using is not None else None
    if policy.check is policy.using:
        return Scoping(using, using)
    return Scoping(using, _condition(policy.check, table, contexts) if policy.check is not None else None)


def condition(term: Term, policy: SecuredPolicy) -> Condition:
    """What a part of a policy's expressions asks for."""
    return _condition(term, policy.table.table, contexts_of(policy.table.security))


def share_roles(one: SecuredPolicy, other: SecuredPolicy) -> bool:
    """Whether both can apply to one role."""
    mine, theirs = one.policy.roles, other.policy.roles
    if "public" in mine or "public" in theirs:
        return True
    return any(other.applies_to(it) for it in mine) or any(one.applies_to(it) for it in theirs)


def comparisons(term: Term, table: held.Table, contexts: Contexts) -> Iterator[Comparison]:
    """Each comparison of a column of the table with a context, at the level of the policy itself."""
    for it in parts(term):
        if it.kind not in ("operator", "in", "any", "any query", "distinct") or not it.of:
            continue
        left = it.of[0]
        if it.kind == "any query":
            found = _of_query(it.reading, contexts)
            if found is not None and (column := _one_column(left, table, contexts)) is not None:
                yield Comparison(column, found, it.name, it, left, it)
            continue
        for right in it.of[1:]:
            for side, other in ((left, right), (right, left)):
                column = _one_column(side, table, contexts)
                context = contexts.value(other) if column is not None else None
                if column is not None and context is not None:
                    yield Comparison(column, context, it.name or "=", it, side, other)
                    break


def _one_column(side: Term, table: held.Table, contexts: Contexts) -> Term | None:
    """The column of the row that a side of a comparison is made of, where it is one and no context is."""
    inner = bare(side)
    found = [it.term for it in columns(side, table, contexts.catalog) if it.own]
    if len(found) != 1 or (inner.kind != "column" and contexts.within(side)):
        return None
    return found[0]


def _of_query(reading: Reading | None, contexts: Contexts) -> Context | None:
    if reading is None:
        return None
    found = next((each for it in in_reading(reading) for each in contexts.within(it)), None)
    return Context("query", str(found)) if found is not None else None


def _condition(term: Term, table: held.Table, contexts: Contexts) -> Condition:
    always = evaluate(term, ANY, contexts, partial(_nullable, table))
    if always is True:
        return Condition("open", term, always=True)
    if always is False or always is None:
        return Condition("never", term)
    if term.kind == "or":
        ways = tuple([_condition(it, table, contexts) for it in term.of])
        weakest = min(ways, key=lambda it: _ORDER[it.kind])
        left = [set(it.bound) for it in ways if it.kind not in ("never",)]
        both = set.intersection(*left) if left else set()
        bound = tuple([it for it in ways[0].bound if it in both]) if ways[0].kind != "never" else ()
        return Condition(weakest.kind, term, bound, _flattened(ways), strongest=_strongest(ways))
    if term.kind == "and":
        asked = [_condition(it, table, contexts) for it in term.of]
        strongest = max(asked, key=lambda it: _ORDER[it.kind])
        bound = tuple(dict.fromkeys([name for it in asked for name in it.bound]))
        return Condition(strongest.kind, term, bound, strongest=_strongest(asked))
    kind, bound = _leaf(term, table, contexts)
    return Condition(kind, term, bound, strongest=kind)


def _strongest(parts: Iterable[Condition]) -> Kind:
    kinds = [it.strongest for it in parts if it.kind != "never"]
    return max(kinds, key=_ORDER.__getitem__, default="open")


def _flattened(ways: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return tuple([each for it in ways for each in it.ways])


def _nullable(table: held.Table, name: str) -> bool:
    column = table.columns.get(name)
    key = table.primary_key
    return not (column is not None and (column.not_null or (key is not None and name in key.columns)))


def _leaf(term: Term, table: held.Table, contexts: Contexts) -> tuple[Kind, tuple[str, ...]]:
    """A condition without AND and OR."""
    own = own_columns(term, table, contexts.catalog)
    found = contexts.within(term)
    if term.kind == "not":
        return _negated(term, own, found)
    if found:
        if not own:
            return _without_columns(term, contexts), ()
        unlike = term.kind == "distinct" or (term.kind == "operator" and term.name in ("<>", "!="))
        return ("unknown", ()) if unlike or term.kind == "is" else ("scoped", own)
    inner = bare(term)
    if any(it.kind == "unknown" or (it.kind == "call" and it.name not in _PLAIN) for it in everything(inner)):
        # What is compared with the result of a function that is not known is hardly ever a constant.
        return ("scoped", own) if own and inner.kind in _COMPARING and inner.name == "=" else ("unknown", ())
    readings = [it.reading for it in parts(inner) if it.reading is not None]
    return _through_tables(readings, own, contexts) if readings else ("open", ())


_COMPARING: Final = frozenset({"operator", "any", "any query"})


def _negated(term: Term, own: tuple[str, ...], found: tuple[Context, ...]) -> tuple[Kind, tuple[str, ...]]:
    inner = term.of[0]
    if found or any(it.reading is not None or it.kind in ("unknown", "call") for it in parts(inner)):
        return "unknown", ()
    return "open", ()


def _without_columns(term: Term, contexts: Contexts, depth: int = 0) -> Kind:
    """A condition on the session alone."""
    inner = bare(term)
    if inner.kind == "call" and contexts.functions(inner):
        returned = contexts.returned(inner)
        if returned is None or depth > _DEEPEST:
            return "claimed"
        if any(it.kind == "column" or it.reading for it in parts(returned)):
            return "claimed"
        return _without_columns(returned, contexts, depth + 1)
    if inner.kind == "is" and inner.name in ("not null", "not unknown"):
        return "login" if contexts.value(inner.of[0]) is not None else "claimed"
    if inner.kind in ("operator", "in", "any") and len(inner.of) > 1:
        return _compared(inner, contexts)
    return "claimed"


_DEEPEST: Final = 10  # functions that only call another one


def _compared(term: Term, contexts: Contexts) -> Kind:
    values = [contexts.value(it) for it in term.of]
    written = [constant(it) for it in term.of]
    if term.kind == "any" and term.of[1].kind == "array":
        written += [constant(it) for it in term.of[1].of]
    context = next((it for it in values if it is not None), None)
    if context is None:
        return "claimed"
    texts = {it for it in written if it is not None}
    if term.name in ("<>", "!=") and texts == {""}:
        return "login"
    if context.kind == "role" and term.name in ("=", "") and texts & {"authenticated", "anon"}:
        return "login"
    if context.kind == "claim" and context.name == "aud" and texts == {"authenticated"}:
        return "login"
    return "claimed"


def _through_tables(
    readings: list[Reading], own: tuple[str, ...], contexts: Contexts
) -> tuple[Kind, tuple[str, ...]]:
    """What other tables are asked for; whoever asks sees in them what their own policies let him see."""
    guarded = False
    for reading in readings:
        for source in _sources(reading):
            if source.name is None or source.cte:
                continue
            found = table_of(source, contexts.catalog)
            if found is None or found.kind != "table":
                return "unknown", ()
            guarded = guarded or found.rls
    if guarded:
        return ("scoped", own) if own else ("claimed", ())
    return "open", ()


def _sources(reading: Reading) -> Iterator[Source]:
    """What stands in FROM, at any depth."""
    yield from reading.sources
    for inner in readings_of(reading):
        yield from _sources(inner)
    for it in terms_of(reading):
        for each in parts(it):
            if each.reading is not None:
                yield from _sources(each.reading)


# Functions of PostgreSQL that say nothing of who asks.
_PLAIN: Final = frozenset(
    {"lower", "upper", "length", "coalesce", "nullif", "now", "date_trunc", "trim", "btrim", "array_length"}
    | {"cardinality", "jsonb_array_length", "greatest", "least", "abs", "current_date", "current_timestamp"}
    | {
        "localtimestamp",
        "date_part",
        "extract",
        "make_interval",
        "jsonb_typeof",
        "char_length",
        "octet_length",
    }
    | {"starts_with", "concat", "left", "right", "substring", "split_part", "to_char", "statement_timestamp"}
    | {"foldername", "filename", "extension"}
)
