"""Names of files -> what is read of them, and what their bytes must hold to be read at all.

This is asked of every file in a repository, so it loads nothing.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec


class Kind(msgspec.Struct, frozen=True):
    """Files of one kind. They are of interest if one of the markers stands in them.

    quiet: they are somebody else's, and only tell something in passing. One that cannot be read is no problem
    of the schema, and a larger one than that many bytes was written by no person.
    patterns: what must be found in those that hold a marker, by the marker.
    below: names of folders; a file of that kind lies below one of them.
    """

    markers: tuple[bytes, ...] = (b"",)
    quiet: bool = False
    largest: int | None = None
    patterns: Mapping[bytes, bytes] = {}
    below: frozenset[str] = frozenset()

    def wants(self, data: bytes) -> bool:
        if self.patterns:
            # They are compiled when the first such file is met: most projects have none.
            return any(it in data and re.search(self.patterns[it], data, re.I) for it in self.markers)
        return any(marker in data for marker in self.markers)


_SCHEMA = Kind()
_CODE = Kind(quiet=True)
_PACKAGE = Kind((b'"prisma"', b'"@prisma/', b"prisma "))
# Many tools have a config.toml; of Supabase's only the API is of interest.
_SUPABASE = Kind((b"[api]",), quiet=True, largest=200_000)
_JOURNAL = Kind((b'"entries"',), quiet=True)
# Of these only the version of Prisma is taken.
_VERSIONS = Kind((b"prisma",), quiet=True, largest=50_000_000)
# Prisma itself, and what runs a script of package.json that may call it.
_AUTOMATION = Kind((b"prisma", b"npm", b"yarn", b"bun", b".sh"), quiet=True, largest=500_000)
# Compose files are among them, which say who connects to the database.
_YAML = Kind((*_AUTOMATION.markers, b"postgres", b"SERVICE_ROLE"), quiet=True, largest=500_000)
_VARIABLES = Kind((b"postgres", b"_USER", b"SERVICE", b"SECRET", b"sb_secret_"), quiet=True, largest=200_000)
# The beginning of a block in a language that is read. More is found than begins one, never less. One pattern
# for both marks would take three times as long, as it begins with no text that is looked for by itself.
_FENCES = {
    mark: mark + rb"[^\n]{0,40}?\b(?:prisma|sql|p(?:ost)?gres|pg|plpg|mysql|maria|mssql|tsql|py)"
    for mark in (b"```", b"~~~")
}
_DOCUMENT = Kind(tuple(_FENCES), quiet=True, patterns=_FENCES)
DOCUMENTS: Final = (".md", ".mdx", ".markdown")
# What Django and Jinja show rows with, where they look for it. A tag is what makes it more than a page.
_TEMPLATE = Kind(
    (b"{%", b"{{"), quiet=True, largest=1_000_000, below=frozenset(("templates", "jinja2", "jinja"))
)
TEMPLATES: Final = (".html", ".htm", ".txt", ".jinja2", ".jinja", ".j2", ".djhtml")

# "*.x": every name that ends so; "x.*": every name that begins so. An exact name goes before the others.
KINDS: Final[Mapping[str, Kind]] = {
    "*.prisma": _SCHEMA,
    "*.sql": _SCHEMA,
    "*.py": _CODE,
    **dict.fromkeys(("*.md", "*.mdx", "*.markdown"), _DOCUMENT),
    **dict.fromkeys((f"*{it}" for it in TEMPLATES), _TEMPLATE),
    "migration_lock.toml": _SCHEMA,
    **dict.fromkeys((f"prisma.config.{it}" for it in ("ts", "mts", "cts", "js", "mjs", "cjs")), _SCHEMA),
    "package.json": _PACKAGE,
    "_journal.json": _JOURNAL,
    "config.toml": _SUPABASE,
    **dict.fromkeys(("package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"), _VERSIONS),
    **dict.fromkeys(("requirements.txt", "pyproject.toml", "poetry.lock", "uv.lock"), _VERSIONS),
    **dict.fromkeys(("*.yml", "*.yaml"), _YAML),
    "*.sh": _AUTOMATION,
    **dict.fromkeys(("*.env", "alembic.ini"), _VARIABLES),  # and .env.local
    **dict.fromkeys(("Dockerfile", "Dockerfile.*", "*.Dockerfile", "Containerfile"), _AUTOMATION),
    **dict.fromkeys(("Makefile", "Procfile", "vercel.json", "app.json"), _AUTOMATION),
    **dict.fromkeys(
        ("railway.json", "railway.toml", "fly.toml", "nixpacks.toml", "netlify.toml"), _AUTOMATION
    ),
}


def kind_of(name: str) -> Kind | None:
    """The kind of a file of that name; None where it is of no interest."""
    found = KINDS.get(name)
    if name.startswith(".env."):
        return _VARIABLES
    if found is None and (dot := name.rfind(".")) >= 0:
        found = KINDS.get("*" + name[dot:]) or KINDS.get(name[: name.find(".")] + ".*")
    return found
