"""Names and addresses to the kind of database that they mean: one that stays, or one that passes.

A database that passes belongs to a test, a preview or a developer; whatever happens to it, nothing is lost.
"""

import re

# The longest text that is looked at: names and addresses are short, and files may be hostile.
_LONGEST = 500

# Patterns are text here, which re compiles when it first needs them: few runs do.
_DATABASES = (
    r"(?i)postgres|postgis|pgvector|timescale|mysql|mariadb|percona|cockroach|mssql|sql-edge|mongo|supabase"
    r"|vitess|neon"
)

# A host without a dot is the same machine, or a container beside this one.
_LOCAL = r"""(?ix)["']?(?:[a-z+]+://(?:[^@/\s]*@|(?![^@/\s]*@))
    (?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1\]|host\.docker\.internal|[a-z][a-z0-9_-]*)
    (?=[:/?;"'\\]|$)|file:)"""

_URL_VARIABLE = (
    r"(?i)(?:\w*_)?(?:DATABASE|DB|POSTGRES|POSTGRESQL|PG|MYSQL|PRISMA|DIRECT|PLANETSCALE|SUPABASE_DB)"
    r"(?:_\w*)?_?(?:URL|URI|DSN)(?:_\w+)?"
)

_PASSING = frozenset(
    (
        *(
            "test",
            "tests",
            "testing",
            "tested",
            "e2e",
            "ci",
            "check",
            "checks",
            "checking",
            "lint",
            "preview",
            "previews",
            "pr",
        ),
        *(
            "pull",
            "playwright",
            "cypress",
            "vitest",
            "jest",
            "spec",
            "specs",
            "unit",
            "integration",
            "smoke",
            "regression",
        ),
        *(
            "benchmark",
            "bench",
            "perf",
            "dev",
            "develop",
            "development",
            "local",
            "localhost",
            "staging",
            "stage",
        ),
        *("sandbox", "demo", "example", "examples", "sample", "samples", "tutorial", "template", "templates"),
        *(
            "playground",
            "fixture",
            "fixtures",
            "verify",
            "validate",
            "validation",
            "scratch",
            "shadow",
            "drift",
        ),
        *(
            "ephemeral",
            "temp",
            "tmp",
            "devcontainer",
            "devcontainers",
            "gitpod",
            "codespace",
            "codespaces",
            "codex",
        ),
        *("cursor", "docs", "doc", "storybook", "seed"),
    )
)

_WORD = r"[eE]2[eE]|[A-Z]+(?![a-z])|[A-Z]?[a-z]+[0-9]?[a-z]*|\d+"
_DEVELOPMENT = frozenset(("dev", "develop", "development", "watch", "local", "debug"))


def is_database_image(name: str) -> bool:
    """Whether the name of an image, a service or an action is that of a database."""
    return bool(re.search(_DATABASES, name[:_LONGEST]))


def is_url_variable(name: str) -> bool:
    """Whether an environment variable of that name holds the address of a database."""
    return len(name) < 100 and bool(re.fullmatch(_URL_VARIABLE, name))


def is_local_address(url: str) -> bool:
    """Whether the address leads to the same machine, to a container beside it, or to a file."""
    return bool(re.match(_LOCAL, url[:_LONGEST]))


def is_passing(name: str) -> bool:
    """Whether a file, a job or a script of that name is about a database that passes: e2e-tests, preview."""
    return not _PASSING.isdisjoint(_words(name))


def serves_development(script: str) -> bool:
    """Whether a script of that name serves a developer: dev, start:dev, watch."""
    return not _DEVELOPMENT.isdisjoint(_words(script))


def _words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(_WORD, name[:_LONGEST])}
