"""Connection strings to what they give away: whose address it is, and whether a secret is in them."""

import re
from urllib.parse import unquote

# scheme://user:password@host...; a password may hold "@" and "/" that nobody has escaped, so the last "@"
# before the "?" counts.
_URL = r"(?i)[a-z][a-z0-9+]*://(?P<user>[^:/?#@\s]*):(?P<password>[^?#\s]*)@(?P<host>\[[^\]]*\]|[^:/?#\s]+)"
_SQL_SERVER = r"(?i)sqlserver://(?P<host>[^:;\\\s]+)"
_SQL_SERVER_PART = r";(?P<key>[^;={}]*)=(?P<value>\{[^}]{0,200}\}|[^;]*)"
_API_KEY = (
    r"(?i)prisma(?:\+postgres)?://(?P<host>[^/?#\s]+)[^?#\s]*\?(?:[^#\s]*&)?api_key=(?P<password>[^&#\s]+)"
)

# Nothing that is longer is the address of a database, and the patterns are not made for megabytes.
_LONGEST = 2_000

# What people write where the password belongs.
_PLACEHOLDERS = r"""(?ix)
        (?:(?:my|your|the|db|database|some|super|strong|user|test|dev|local|mysql|pg|root|admin)[-_ ]?)*
        (?:pass|passwd|password|pwd|passphrase|secret|postgres|postgresql|mysql|mariadb|prisma|root|admin|user
          |username|test|testing|example|sample|dummy|placeholder|change[-_]?me|replace[-_]?me|todo|none|null|sa
          |api[-_]?key|key|token|randompassword|1234+|12345678?9?0?)\d{0,3}[!.]*"""
_BLANKED = r"(?is)(.)\1*|<.*>|\[.*\]|\{.*\}|%\w+%|\$\w+|.*(?:\$\{|\.\.\.|\*\*\*|xxx).*"

# Names that lead nowhere outside of the own machine, container network or documentation.
# Source: https://www.rfc-editor.org/rfc/rfc6761
_NOWHERE = r"""(?ix)localhost|127(?:\.\d+){3}|0\.0\.0\.0|::1|host\.docker\.internal|[^.:]+
        |(?:.*\.)?(?:localhost|test|example|invalid|local|example\.(?:com|org|net))"""


def secret(url: str) -> str | None:
    """What secret the connection string holds, in words that do not show it; None without one.

    Addresses of the own machine do not count, nor do passwords that stand for one.
    """
    if len(url) > _LONGEST:
        return None
    if found := re.match(_URL, url):
        user, password, host = unquote(found["user"]), found["password"], found["host"]
    elif found := re.match(_API_KEY, url):
        user, password, host = "", found["password"], found["host"]
    elif found := re.match(_SQL_SERVER, url):
        parts = {
            it["key"].strip().lower(): it["value"].strip("{}") for it in re.finditer(_SQL_SERVER_PART, url)
        }
        user = parts.get("user") or parts.get("username") or parts.get("uid") or ""
        password, host = parts.get("password") or parts.get("pwd") or "", found["host"]
    else:
        return None
    bare = host.strip("[]")
    if (
        not password
        or password.lower() == user.lower()
        or re.fullmatch(_NOWHERE, bare)
        or re.fullmatch(_BLANKED, bare)
    ):
        return None
    if re.fullmatch(_PLACEHOLDERS, password) or re.fullmatch(_BLANKED, password):
        return None
    kind = "API key" if found.re.pattern == _API_KEY else "password"
    return f"the {kind} of {user} at {host}" if user else f"the {kind} at {host}"


def is_pooled(url: str) -> bool:
    """Whether the address is that of a connection pooler which no migration can go through.

    Neon's pooler is not one of them: Prisma Migrate works there.
    Source: https://neon.tech/blog/better-postgres-with-prisma-experience
    """
    if len(url) > _LONGEST or re.search(r"-pooler\.[^/?#]*\bneon\.tech\b", url):
        return False
    supavisor = re.search(r"\.pooler\.supabase\.com:6543\b|@db\.[a-z0-9]+\.supabase\.co:6543\b", url)
    return bool(supavisor or re.search(r"[?&]pgbouncer=true\b", url))


def names_a_pooler(variable: str) -> bool:
    """Whether an environment variable of that name holds the address of a connection pooler.

    POSTGRES_PRISMA_URL, which Vercel sets, is not counted: it may be a pooler of Neon's.
    """
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", variable)
    lower = [word.lower() for word in words]
    if any(it in ("non", "not", "no", "un", "without", "direct", "unpooled", "nonpooling") for it in lower):
        return False
    return any(it in ("pool", "pooled", "pooler", "pooling", "pgbouncer", "supavisor") for it in lower)


def is_planetscale(url: str) -> bool:
    """Source: https://planetscale.com/docs/vitess/connecting/connection-strings"""
    return len(url) <= _LONGEST and bool(re.search(r"@[^/?#]*\.psdb\.cloud\b", url))
