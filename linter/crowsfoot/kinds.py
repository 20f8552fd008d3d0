"""Names of files -> what is read of them, and what their bytes must hold to be read at all.

This is asked of every file in a repository, so it loads nothing.
"""

from collections.abc import Mapping
from typing import Final

import msgspec


class Kind(msgspec.Struct, frozen=True):
    """Files of one kind. They are of interest if one of the markers stands in them.

    quiet: they are somebody else's, and only tell something in passing. One that cannot be read is no problem
    of the schema, and a larger one than that many bytes was written by no person.
    """

    markers: tuple[bytes, ...] = (b"",)
    quiet: bool = False
    largest: int | None = None

    def wants(self, data: bytes) -> bool:
        return any(marker in data for marker in self.markers)


_SCHEMA = Kind()
_CODE = Kind(quiet=True)
_PACKAGE = Kind((b'"prisma"', b'"@prisma/', b"prisma "))
_JOURNAL = Kind((b'"entries"',), quiet=True)
# Of these only the version of Prisma is taken.
_VERSIONS = Kind((b"prisma",), quiet=True, largest=50_000_000)
# Prisma itself, and what runs a script of package.json that may call it.
_AUTOMATION = Kind((b"prisma", b"npm", b"yarn", b"bun", b".sh"), quiet=True, largest=500_000)

# "*.x": every name that ends so; "x.*": every name that begins so. An exact name goes before the others.
KINDS: Final[Mapping[str, Kind]] = {
    "*.prisma": _SCHEMA,
    "*.sql": _SCHEMA,
    "*.py": _CODE,
    "migration_lock.toml": _SCHEMA,
    **dict.fromkeys((f"prisma.config.{it}" for it in ("ts", "mts", "cts", "js", "mjs", "cjs")), _SCHEMA),
    "package.json": _PACKAGE,
    "_journal.json": _JOURNAL,
    **dict.fromkeys(("package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"), _VERSIONS),
    **dict.fromkeys(("requirements.txt", "pyproject.toml", "poetry.lock", "uv.lock"), _VERSIONS),
    **dict.fromkeys(("*.yml", "*.yaml", "*.sh"), _AUTOMATION),
    **dict.fromkeys(("Dockerfile", "Dockerfile.*", "*.Dockerfile", "Containerfile"), _AUTOMATION),
    **dict.fromkeys(("Makefile", "Procfile", "vercel.json", "app.json"), _AUTOMATION),
    **dict.fromkeys(
        ("railway.json", "railway.toml", "fly.toml", "nixpacks.toml", "netlify.toml"), _AUTOMATION
    ),
}


def kind_of(name: str) -> Kind | None:
    """The kind of a file of that name; None where it is of no interest."""
    found = KINDS.get(name)
    if found is None and (dot := name.rfind(".")) >= 0:
        found = KINDS.get("*" + name[dot:]) or KINDS.get(name[: name.find(".")] + ".*")
    return found
