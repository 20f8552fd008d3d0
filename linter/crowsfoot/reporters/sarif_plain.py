"""sarif_om objects to plain dicts, ready for JSON.

sarif_om's companion, jschema_to_python.to_json, is not used: it leaves out every value that equals its
default, so a result of level "warning" loses its level and takes the rule's instead (SARIF 2.1.0, 3.27.10),
and it copies each subtree once per ancestor, which takes half a minute for 25,000 results.
"""

from typing import Any

import msgspec

# sarif_om follows an early draft of the schema here; in 2.1.0 the property is "status" (3.35.3).
_RENAMED = {("Suppression", "state"): "status"}

# What the schema takes an absent property of these names for is just their default. (An absent level is
# not: it is looked up elsewhere.) The -1 of an index, which means "none", is dropped whatever its name.
_DROPPED_AT_DEFAULT = frozenset({"kind", "enabled", "language", "contents", "newline_sequences", "rank"})

# $schema and version let whoever opens the file know what it is (3.13.2); the others are for people.
_FIRST = ("$schema", "version", "id", "name", "ruleId", "ruleIndex", "level", "message")

_SCALARS = frozenset({str, int, bool, float, msgspec.Raw})

_plans: dict[type, list[tuple[str, str, Any]]] = {}


def to_plain(value: Any) -> Any:
    """The value with every sarif_om object in it as a dict, without what is None or the "none" of an index.

    Raises AttributeError for an attribute that the object's class does not have: a typing error of ours
    would otherwise be written out.
    """
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is list:
        return [to_plain(it) for it in value]
    if kind is dict:
        return {key: to_plain(it) for key, it in value.items()}
    plan = _plans.get(kind) or _plan(kind)
    attributes = vars(value)
    if len(attributes) != len(plan):
        unknown = sorted(attributes.keys() - {name for name, _, _ in plan})
        raise AttributeError(f"{kind.__name__} has no {', '.join(unknown)}")
    result = {}
    for name, key, dropped in plan:
        it = attributes[name]
        if it is None or (dropped is not None and it == dropped):
            continue
        result[key] = it if type(it) in _SCALARS else to_plain(it)
    return result


def _plan(kind: type) -> list[tuple[str, str, Any]]:
    import attr

    plan = []
    for field in attr.fields(kind):
        key = _RENAMED.get((kind.__name__, field.name), field.metadata["schema_property_name"])
        default = field.default
        if isinstance(default, attr.Factory):  # type: ignore[arg-type]
            default = default.factory()
        drops = default == -1 or field.name in _DROPPED_AT_DEFAULT
        plan.append((field.name, key, default if drops else None))
    plan.sort(key=lambda it: _FIRST.index(it[1]) if it[1] in _FIRST else len(_FIRST))
    _plans[kind] = plan
    return plan
