"""Lists of keys that a serializer is given: DRF fetches the rows that they name one by one.

Counted on DRF 3.18: PrimaryKeyRelatedField(many=True).is_valid() sends a statement per key.
"""

from typing import Final

from crowsfoot.libraries import dotted
from crowsfoot.libraries.django import names
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, At, Built, Class
from crowsfoot.libraries.query import Query


def review(cls: Class, at: At) -> None:
    """What a serializer asks for each element of a list that it validates."""
    for name, value in at.attributes(cls).items():
        if not isinstance(value, Built) or dotted.last(value.name) not in _BY_KEY:
            continue
        place, rows = at.written(cls, name), value.args.get(None, "queryset")
        if place is None or rows is None or names.truth(value.args.get(None, "many")) is not True:
            continue
        found = getattr(rows, "model", None)
        model = found if isinstance(found, Model) else at.model_of(rows)
        head = f"{model.name}.objects" if model is not None else "objects"
        asked = Query(
            "django",
            f"{head}.get()",
            "select",
            model=model.id if model is not None else None,
            table=model.table if model is not None else None,
            equal=model.primary_key if model is not None else (),
            limit=1,
            instead=f"ListField() and {head}.filter(pk__in=…) in validate_{name}()",
        )
        at.each(UNKNOWN, f"list that is given for {name}").elsewhere(place).runs(asked)


_BY_KEY: Final = ("PrimaryKeyRelatedField", "SlugRelatedField", "HyperlinkedRelatedField")
