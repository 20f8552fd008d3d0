"""The value of a variable -> what it says of a login, and which kind of secret it is."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from crowsfoot.facts.common import Name
from crowsfoot.facts.environment import Login, Variable
from crowsfoot.source import Range

_PUT = r"\$\{[^}\s]*\}"  # what is put in may hold any sign: ${HOST:-db}
_URL: Final = re.compile(
    r"(?P<scheme>postgres(?:ql)?(?:\+\w+)?|postgis)://"
    rf"(?:(?P<user>(?:{_PUT}|[^\s:/@'\"])*)"
    rf"(?::(?P<password>(?:{_PUT}|[^\s@/'\"]|@(?=[^\s/'\"]{{0,200}}@))*))?@)?"
    rf"(?P<host>\[[^\]\s]*\]|(?:{_PUT}|[^\s:/?'\",])*)(?::(?P<port>[^\s/?'\"]*))?(?P<rest>[^\s'\"]*)"
)
_JWT: Final = re.compile(r"eyJ[\w-]+\.([\w-]+)\.[\w-]*")
_HOLE: Final = re.compile(r"\$\{(\w+)(?::?-([^}]*))?\}|\$(\w+)")
_USERS: Final = re.compile(r"(?:^|_)(?:USER|USERNAME|ROLE|HOST|PORT)$", re.IGNORECASE)
_WORD: Final = re.compile(r"[\w.@-]{1,100}")


def variable(name: Name, value: str, at: int, known: Mapping[str, str], service: str = "") -> Variable | None:
    """What is kept of a variable; None where it is of no interest. at is where its value begins."""
    place = Range(at, at + len(value))
    login = login_of(value, at, known)
    secret = secret_of(value)
    if login is None and not secret and not _USERS.search(name.text) and not _TELLING.search(name.text):
        return None
    word = None
    if _USERS.search(name.text):
        resolved = _resolved(value, known)
        if _WORD.fullmatch(resolved):
            word = Name(resolved, place)
    return Variable(name, login, word, secret, service, place)


# A variable whose name says what it holds.
_TELLING: Final = re.compile(r"SERVICE_ROLE|SERVICE_KEY|SECRET", re.IGNORECASE)


def login_of(value: str, at: int, known: Mapping[str, str]) -> Login | None:
    """The login of a connection string to PostgreSQL."""
    found = _URL.search(value)
    if found is None:
        return None
    user = found["user"]
    start, end = found.span("user") if user is not None else found.span("scheme")
    name = _resolved(user, known) if user else None
    if name is not None and name.startswith("postgres.") and "supabase.com" in (found["host"] or ""):
        name = "postgres.project"  # whatever stands for the project's name: [ref], <ref>, ${REF}
    host, port = _resolved(found["host"] or "", known), _resolved(found["port"] or "", known)
    return Login(
        found["scheme"],
        None if name is None or "$" in name or "{" in name or "<" in name else name,
        Range(at + start, at + end),
        host,
        port,
        is_pooler(host, port, found["rest"] or ""),
    )


def is_pooler(host: str, port: str, rest: str) -> bool:
    """Whether a pooler in transaction mode stands there.

    Source: https://supabase.com/docs/guides/database/connecting-to-postgres
            https://neon.com/docs/connect/connection-pooling
    """
    return port in ("6543", "6432") or "pgbouncer=true" in rest or "-pooler." in host or "pgbouncer" in host


def secret_of(value: str) -> Literal["", "service_role", "secret"]:
    """Which key it is, by its form: one of Supabase that no policy applies to.

    Source: https://supabase.com/docs/guides/api/api-keys
    """
    if value.startswith("sb_secret_"):
        return "secret"
    found = _JWT.fullmatch(value)
    if found is None:
        return ""
    try:
        payload = base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4))
        said = msgspec.json.decode(payload, type=dict[str, msgspec.Raw])
        return "service_role" if bytes(said.get("role", b"")) == b'"service_role"' else ""
    except (binascii.Error, msgspec.DecodeError, ValueError, RecursionError):
        return ""


def _resolved(value: str, known: Mapping[str, str]) -> str:
    def put(match: re.Match[str]) -> str:
        name = match[1] or match[3]
        return known.get(name) or match[2] or match[0]

    return _HOLE.sub(put, value)
