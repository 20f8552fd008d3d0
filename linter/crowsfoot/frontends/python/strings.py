"""Constants to what facts keep of them: texts, whole where they may hold SQL, and numbers of 64 bits."""

import re

from crowsfoot.secrets import masked

_KEPT = 200  # code points of a text that holds no SQL

_SQL = re.compile(
    r"\b(?:select|insert|update|delete|with|call|create|merge|alter|drop|truncate|replace|exec|execute|copy"
    r"|values|explain|pragma|where|join)\b",
    re.IGNORECASE,
)


def kept(value: object) -> str | int | float | bool | None:
    """The constant as facts keep it; None for bytes, for a number complex or too large, and for `...`."""
    kind = value.__class__
    if kind is str:
        return text(value)  # type: ignore[arg-type]
    if kind is int:
        return value if -(2**63) <= value < 2**63 else None  # type: ignore[operator,return-value]
    if kind is float or kind is bool:
        return value  # type: ignore[return-value]
    return None


def text(value: str) -> str:
    """The text, cut short where it is long and says nothing of SQL."""
    if may_be_secret(value):
        value = masked(value)
    if len(value) > _KEPT and not _SQL.search(value):
        value = value[:_KEPT]
    if not value.isascii():
        # A lone surrogate, as "\\ud800" makes, has no UTF-8.
        value = value.encode("utf-8", "replace").decode()
    return value


def may_be_secret(value: str) -> bool:
    """Whether a password or a key may stand in it, which must not get into the cache."""
    return "://" in value or value[:3] in ("eyJ", "sb_")


def may_hold_sql(value: object) -> bool:
    return isinstance(value, str) and len(value) > 12 and _SQL.search(value) is not None
