"""The models that come with Django, which no file of the program defines, and the bases that it offers."""

from collections.abc import Iterator, Mapping
from typing import Final

from crowsfoot.libraries.django.fields import DjangoField

_AUTH: Final = "django.contrib.auth.models"
_TYPES: Final = "django.contrib.contenttypes.models"
USER: Final = f"{_AUTH}.User"
CONTENT_TYPE: Final = f"{_TYPES}.ContentType"

# Bases of packages whose rows know their ancestors and descendants.
TREES: Final = ("MPTTModel", "MP_Node", "NS_Node", "AL_Node", "TreeNodeModel", "Page", "PolymorphicMPTTModel")


def _columns(*found: str) -> dict[str, DjangoField]:
    return {name: DjangoField(name, "column", columns=(name,)) for name in found}


def _key(name: str, target: str, related_name: str | None = None) -> dict[str, DjangoField]:
    field = DjangoField(
        name,
        "one",
        target=target,
        columns=(f"{name}_id",),
        key_attributes=(f"{name}_id",),
        related_name=related_name,
    )
    return {name: field}


def _many(
    name: str, target: str, related_name: str | None = None, query_name: str | None = None
) -> dict[str, DjangoField]:
    field = DjangoField(
        name, "many", target=target, stored=False, related_name=related_name, related_query_name=query_name
    )
    return {name: field}


_ID: Final = {"id": DjangoField("id", "column", columns=("id",), unique=True, primary=True)}
_BASE_USER: Final = _columns("password", "last_login")
_PERMISSIONS: Final = {
    **_columns("is_superuser"),
    **_many("groups", f"{_AUTH}.Group", "user_set", "user"),
    **_many("user_permissions", f"{_AUTH}.Permission", "user_set", "user"),
}
_ABSTRACT_USER: Final = {
    **_BASE_USER,
    **_PERMISSIONS,
    **_columns("username", "first_name", "last_name", "email", "is_staff", "is_active", "date_joined"),
}

# Each with its table and fields.
CONCRETE: Final[Mapping[str, tuple[str, Mapping[str, DjangoField]]]] = {
    USER: ("auth_user", {**_ID, **_ABSTRACT_USER}),
    f"{_AUTH}.Group": (
        "auth_group",
        {**_ID, **_columns("name"), **_many("permissions", f"{_AUTH}.Permission")},
    ),
    f"{_AUTH}.Permission": (
        "auth_permission",
        {**_ID, **_columns("name", "codename"), **_key("content_type", CONTENT_TYPE)},
    ),
    CONTENT_TYPE: ("django_content_type", {**_ID, **_columns("app_label", "model")}),
    "django.contrib.sites.models.Site": ("django_site", {**_ID, **_columns("domain", "name")}),
    "django.contrib.sessions.models.Session": (
        "django_session",
        _columns("session_key", "session_data", "expire_date"),
    ),
    "django.contrib.admin.models.LogEntry": (
        "django_admin_log",
        {
            **_ID,
            **_columns("action_time", "object_id", "object_repr", "action_flag", "change_message"),
            **_key("user", "user:"),
            **_key("content_type", CONTENT_TYPE),
        },
    ),
    "django.contrib.flatpages.models.FlatPage": (
        "django_flatpage",
        {
            **_ID,
            **_columns(
                "url", "title", "content", "enable_comments", "template_name", "registration_required"
            ),
            **_many("sites", "django.contrib.sites.models.Site"),
        },
    ),
    "django.contrib.redirects.models.Redirect": (
        "django_redirect",
        {**_ID, **_columns("old_path", "new_path"), **_key("site", "django.contrib.sites.models.Site")},
    ),
}

ABSTRACT: Final[Mapping[str, Mapping[str, DjangoField]]] = {
    f"{_AUTH}.AbstractUser": _ABSTRACT_USER,
    f"{_AUTH}.PermissionsMixin": _PERMISSIONS,
    f"{_AUTH}.AbstractBaseUser": _BASE_USER,
    "django.contrib.auth.base_user.AbstractBaseUser": _BASE_USER,
    "django.contrib.sessions.base_session.AbstractBaseSession": _columns(
        "session_key", "session_data", "expire_date"
    ),
}
BASES: Final = frozenset((*CONCRETE, *ABSTRACT))


def fields_of(base: str) -> Mapping[str, DjangoField]:
    """The fields that a base of Django's brings."""
    return ABSTRACT.get(base) or CONCRETE.get(base, ("", {}))[1]


def concrete() -> Iterator[tuple[str, str, Mapping[str, DjangoField]]]:
    for id, (table, fields) in CONCRETE.items():
        yield id, table, fields
