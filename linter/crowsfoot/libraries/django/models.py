"""A class of the program -> the model that it is: fields, its parents', and what its Meta says."""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from crowsfoot.libraries import dotted
from crowsfoot.libraries.django import builtin, names
from crowsfoot.libraries.django.fields import SELF, DjangoField, field, makes_field
from crowsfoot.libraries.models import Field, Model
from crowsfoot.libraries.objects import At, Class, Constant, Many, Object

LIBRARY_NAME: Final = "django"

# Bases that other packages have made of Model: the last word of their dotted names.
_BASES: Final = frozenset(
    (
        *(
            "TimeStampedModel",
            "TitleDescriptionModel",
            "TitleSlugDescriptionModel",
            "ActivatorModel",
            "StatusModel",
        ),
        *("SoftDeletableModel", "UUIDModel", "SaveSignalHandlingModel", "TimeFramedModel"),
        *(
            "MPTTModel",
            "TreeNodeModel",
            "MP_Node",
            "NS_Node",
            "AL_Node",
            "PolymorphicModel",
            "PolymorphicMPTTModel",
        ),
        *(
            "TranslatableModel",
            "TranslatedFieldsModel",
            "ClusterableModel",
            "Orderable",
            "OrderedModel",
            "SortableMixin",
        ),
        *("ItemBase", "GenericTaggedItemBase", "TaggedItemBase", "TagBase", "CommonGenericTaggedItemBase"),
        *("AbstractUser", "AbstractBaseUser", "PermissionsMixin", "AbstractBaseSession", "BaseDatabaseTask"),
        *(
            "LifecycleModel",
            "LifecycleModelMixin",
            "SafeDeleteModel",
            "DirtyFieldsMixin",
            "TenantMixin",
            "DomainMixin",
        ),
        *("AbstractImage", "AbstractRendition", "AbstractDocument", "BaseSiteSetting", "BaseGenericSetting"),
        *(
            "SingletonModel",
            "Page",
            "CloneMixin",
            "ComputedFieldsModel",
            "AbstractNotification",
            "AbstractApplication",
        ),
    )
)
# What is never a model, however it is called.
_OTHERS: Final = (
    *(
        "builtins.",
        "typing.",
        "abc.",
        "enum.",
        "pydantic",
        "sqlalchemy",
        "sqlmodel",
        "tortoise.",
        "peewee.",
        "marshmallow",
    ),
    *(
        "rest_framework.",
        "django.forms",
        "django.contrib.admin",
        "django.views",
        "unittest.",
        "django.test",
        "graphene",
    ),
    *(
        "factory.",
        "strawberry",
        "django.db.models.enums",
        "django.apps",
        "django.core",
        "django_filters",
        "ninja",
    ),
)


class DjangoModel(Model, frozen=True, eq=False):
    """A model, and where Django looks when it does not say."""

    app: str = ""
    parents: tuple[
        str, ...
    ] = ()  # of which it has the rows, in tables of their own, or, as a proxy, in theirs
    proxy: bool = False
    ordering: tuple[str, ...] = ()
    default_manager: str | None = None
    default_related_name: str | None = None
    tree: bool = False  # of django-mptt or django-treebeard, whose rows know their kin
    managers: dict[str, Object] = msgspec.field(default_factory=dict)  # those that were asked for

    @property
    def head(self) -> tuple[object, ...]:
        return *super().head, self.app

    def forget(self) -> None:
        self.managers.clear()


def model(cls: Class, at: At) -> DjangoModel | None:
    """The model that a class of the program is, None where it is none."""
    line = at.lineage(cls)
    if not _is_model(cls, line, at):
        return None
    meta = _meta(cls, line, at)
    app = names.text(meta.get("app_label")) or names.app_of(cls.path)
    abstract = names.truth(meta.get("abstract")) is True
    proxy = names.truth(meta.get("proxy")) is True
    fields, parents = _fields(cls, line, app, at)
    id = names.id_of(cls)
    primary = next((it.name for it in fields.values() if it.primary), None)
    if primary is None and parents:
        primary = "id" if proxy else _link(fields, parents, at, id)
    if primary is None:
        primary = "id"
    if primary == "id" and "id" not in fields:
        fields = {"id": DjangoField("id", "column", columns=("id",), unique=True, primary=True), **fields}
    ordering = _ordering(meta.get("ordering"))
    return DjangoModel(
        id,
        cls.name,
        LIBRARY_NAME,
        _table(cls, app, meta, parents if proxy else (), at),
        dict[str, Field](fields),
        cls,
        (primary,),
        ordered=bool(ordering) or ("ordering" in meta and not isinstance(meta["ordering"], Constant | Many)),
        abstract=abstract,
        app=app,
        parents=() if abstract else parents,
        proxy=proxy,
        ordering=ordering,
        default_manager=names.text(meta.get("default_manager_name")),
        default_related_name=names.text(meta.get("default_related_name")),
        users=any(dotted.last(it) in ("AbstractUser", "AbstractBaseUser") for it in names.outside(line)),
        tree=any(dotted.last(it) in builtin.TREES for it in names.outside(line)),
    )


def _is_model(cls: Class, line: tuple[Class | str, ...], at: At) -> bool:
    guesses = False
    for it in names.outside(line):
        if (names.is_of_models(it) and dotted.last(it) == "Model") or it in builtin.BASES:
            return True
        if dotted.last(it) in _BASES and not it.startswith(_OTHERS):
            return True
        guesses = guesses or (not it.startswith(_OTHERS) and it not in ("object", "Exception"))
    # The base may be a model of a package that nobody has heard of: then its fields tell.
    return guesses and any(makes_field(made) for it in names.classes(line) for made in at.called_in(it))


def _fields(
    cls: Class, line: tuple[Class | str, ...], app: str, at: At
) -> tuple[dict[str, DjangoField], tuple[str, ...]]:
    """The fields of a class, those of its bases included, and the parents that have rows of their own."""
    found: dict[str, DjangoField] = {}
    holders = _holders(cls, line, at)
    for it in reversed(line):
        if isinstance(it, str):
            found.update(builtin.fields_of(it))
            continue
        holder = holders.get(it, cls)
        here, of_app = (names.id_of(holder), app if holder == cls else names.app_of(holder.path))
        for name, own in _own(it, at):
            if holder == cls:
                found[name] = _placed(own, here, of_app)
            elif not own.primary or name == "id":
                found[name] = msgspec.structs.replace(_placed(own, here, of_app), inherited=True)
    parents = [
        it if isinstance(it, str) else names.id_of(it)
        for it in line
        if (it in builtin.CONCRETE if isinstance(it, str) else holders.get(it) == it)
    ]
    for parent in parents:
        for name, own in builtin.fields_of(parent).items():
            found[name] = msgspec.structs.replace(own, inherited=True)
    return found, tuple(parents)


def _holders(cls: Class, line: tuple[Class | str, ...], at: At) -> Mapping[Class, Class]:
    """Whose table has the fields of a base: the base's own, or that of a base that derives from it."""
    found: dict[Class, Class] = {}
    for it in names.classes(line):
        if it != cls and it not in found and _is_concrete(it, at):
            found[it] = it
            for base in names.classes(at.lineage(it)):
                found.setdefault(base, base if _is_concrete(base, at) else it)
    return found


def _own(cls: Class, at: At) -> Iterator[tuple[str, DjangoField]]:
    for name, value in at.attributes(cls).items():
        found = field(name, value, at)
        if found is not None:
            yield name, found


def _placed(it: DjangoField, id: str, app: str) -> DjangoField:
    """What "self" and a name without an application mean where the field stands."""
    return msgspec.structs.replace(it, target=_place(it.target, id, app), through=_place(it.through, id, app))


def _place(target: str | None, id: str, app: str) -> str | None:
    if target == SELF:
        return id
    if target is not None and target.startswith("?") and "." not in target:
        return f"?{app}.{target[1:]}"
    return target


def _is_concrete(cls: Class, at: At) -> bool:
    """Whether it is a model with a table, so that it is a parent, not a part, of what derives from it."""
    line = at.lineage(cls)
    return _is_model(cls, line, at) and names.truth(_own_meta(cls, at).get("abstract")) is not True


def _link(fields: dict[str, DjangoField], parents: tuple[str, ...], at: At, id: str) -> str:
    """The one-to-one field that leads to the row of the parent; it is made where none is written."""
    written = next((it for it in fields.values() if it.parent_link), None)
    if written is not None:
        return written.name
    for parent in parents[:1]:
        name = f"{dotted.last(parent).lower()}_ptr"
        fields[name] = DjangoField(
            name,
            "one",
            target=parent,
            columns=(f"{name}_id",),
            key_attributes=(f"{name}_id",),
            unique=True,
            parent_link=True,
            primary=True,
        )
    return f"{dotted.last(parents[0]).lower()}_ptr"


def _own_meta(cls: Class, at: At) -> Mapping[str, Object]:
    meta = at.attributes(cls).get("Meta")
    if not isinstance(meta, Class):
        return {}
    found: dict[str, Object] = {}
    for it in reversed(tuple(names.classes(at.lineage(meta)))):
        said = dict(at.attributes(it))
        if it != meta and "abstract" in said:  # Django takes it back: the child of an abstract model is not
            del said["abstract"]
        found.update(said)
    return found


def _meta(cls: Class, line: tuple[Class | str, ...], at: At) -> Mapping[str, Object]:
    """Meta as it holds for the class: without one of its own it has that of its nearest abstract base."""
    if isinstance(at.attributes(cls).get("Meta"), Class):
        own = dict(_own_meta(cls, at))
        if "ordering" not in own:
            own.update(_inherited_order(cls, line, at))
        return own
    for it in names.classes(line):
        if it == cls:
            continue
        meta = dict(_own_meta(it, at))
        if not meta:
            continue
        if names.truth(meta.get("abstract")) is True:
            del meta["abstract"]
            return meta
        return {key: value for key, value in meta.items() if key == "ordering"}
    return {}


def _inherited_order(cls: Class, line: tuple[Class | str, ...], at: At) -> Mapping[str, Object]:
    """Of a parent with a table of its own, a child takes the order alone."""
    for it in names.classes(line):
        if it != cls and _is_concrete(it, at):
            order = _own_meta(it, at).get("ordering")
            return {} if order is None else {"ordering": order}
    return {}


def _ordering(value: Object | None) -> tuple[str, ...]:
    if isinstance(value, Many) and value.items is not None:
        return tuple(names.text(it) or "?" for it in value.items)
    return names.texts(value)


def _table(cls: Class, app: str, meta: Mapping[str, Object], proxied: tuple[str, ...], at: At) -> str:
    name = names.text(meta.get("db_table"))
    if name is not None:
        return name
    for it in names.classes(at.lineage(cls)):
        if names.id_of(it) in proxied:
            return _table(it, names.app_of(it.path), _own_meta(it, at), (), at)
    return f"{app}_{cls.name.lower()}"
