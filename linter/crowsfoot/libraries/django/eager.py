"""select_related(), prefetch_related(), only() and defer() -> how the rows will have been fetched."""

from typing import Final

import msgspec

from crowsfoot.libraries import dotted
from crowsfoot.libraries.django import names, plans, shapes
from crowsfoot.libraries.django.plans import PLAIN, Plan
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import Args, At, Built, Constant, Many, Object, OneOf

# select_related() without names goes five steps by default, which is Django's Query.max_depth.
_STEPS: Final = 5


def selected(plan: Plan, model: Model | None, args: Args, at: At) -> Plan:
    """After select_related(...)."""
    if not args.positional and not args.spread:
        return msgspec.structs.replace(plan, follows=_STEPS)
    if names.is_none(args.get(0)):
        return plans.without_joins(plan)
    for it in args.positional:
        found = tuple(_texts(it))
        if not found:
            plan = msgspec.structs.replace(plan, anything=True)
        for name in found:
            plan = plans.with_path(plan, _named(name, model, at), joined=True)
    return _with_others(plan, args)


def prefetched(plan: Plan, model: Model | None, args: Args, at: At) -> Plan:
    """After prefetch_related(...)."""
    if not args.spread and names.is_none(args.get(0)):
        return plans.without_prefetches(plan)
    for it in args.positional:
        plan = _prefetch(plan, it, model, at)
    return _with_others(plan, args)


def _with_others(plan: Plan, args: Args) -> Plan:
    """After `*paths` that are not written out one by one: there may be more of them than are known."""
    return msgspec.structs.replace(plan, anything=True) if args.star is not None else plan


def _prefetch(plan: Plan, it: Object, model: Model | None, at: At) -> Plan:
    if isinstance(it, OneOf):
        for option in it.options:
            plan = _prefetch(plan, option, model, at)
        return plan
    if isinstance(it, Many) and it.items is None:
        return _prefetch(plan, it.of, model, at)
    if isinstance(it, Built) and dotted.last(it.name) in ("Prefetch", "GenericPrefetch"):
        return _with_prefetch(plan, it.args, at)
    found = tuple(_texts(it))
    if not found:
        return msgspec.structs.replace(plan, anything=True)
    for name in found:
        plan = _with_path(plan, names.path(name))
    return plan


def _with_path(plan: Plan, path: tuple[str, ...]) -> Plan:
    """The path may go through the to_attr of a Prefetch that was named before."""
    for attribute, relation, rows in plan.listed:
        if path[0] == attribute:
            return plans.with_list(plan, (), attribute, relation, plans.with_path(rows, path[1:]))
    return plans.with_path(plan, path)


def _with_prefetch(plan: Plan, args: Args, at: At) -> Plan:
    from crowsfoot.libraries.django.querysets import QuerySet

    lookup = names.text(args.get(0, "lookup"))
    if lookup is None:
        return msgspec.structs.replace(plan, anything=True)
    rows = args.get(1, "queryset")
    if rows is not None and not isinstance(rows, QuerySet):
        rows = rows.attribute("all", at).call(Args(), at) if hasattr(rows, "classes") else rows
    leaf = rows.plan if isinstance(rows, QuerySet) else PLAIN
    if isinstance(rows, QuerySet) and rows.order:
        leaf = msgspec.structs.replace(leaf, ordered=True)
    if rows is not None and not isinstance(rows, QuerySet) and not names.is_none(rows):
        leaf = Plan(anything=True)
    attribute = names.text(args.get(2, "to_attr"))
    path = names.path(lookup)
    if attribute:
        return plans.with_list(plan, path[:-1], attribute, path[-1], leaf)
    return plans.with_path(plan, path, leaf)


def only(plan: Plan, name: str, args: Args) -> Plan:
    """After only(...) or defer(...)."""
    found = tuple(text for it in args.positional for text in _texts(it))
    if args.spread or (len(found) < len(args.positional) and not names.is_none(args.get(0))):
        return msgspec.structs.replace(plan, only=None, deferred=())
    if name == "only":
        return msgspec.structs.replace(plan, only=found, deferred=())
    if names.is_none(args.get(0)):
        return msgspec.structs.replace(plan, only=None, deferred=())
    if plan.only is not None:
        return msgspec.structs.replace(plan, only=tuple(it for it in plan.only if it not in found))
    return msgspec.structs.replace(plan, deferred=tuple(dict.fromkeys((*plan.deferred, *found))))


def _named(name: str, model: Model | None, at: At) -> tuple[str, ...]:
    """The attributes of a path of select_related(), which calls the far side as lookups do."""
    path, rest = shapes.path_of(name, model, at.models) if model is not None else ((), ())
    return names.path("__".join((*path, *rest))) if path else names.path(name)


def _texts(it: Object) -> tuple[str, ...]:
    if isinstance(it, Constant):
        return (it.value,) if isinstance(it.value, str) else ()
    if isinstance(it, OneOf):
        return tuple(text for option in it.options for text in _texts(option))
    if isinstance(it, Many):
        return tuple(text for item in it.items or (it.of,) for text in _texts(item))
    return ()
