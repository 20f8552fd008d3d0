"""Source to facts: one frontend per language, each the sole importer of its parser."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crowsfoot.facts import Facts
    from crowsfoot.source import Source

_CONFIGS = frozenset(f"prisma.config.{it}" for it in ("ts", "mts", "cts", "js", "mjs", "cjs"))


def read(source: "Source") -> "Facts | None":
    """What source says, by the frontend that its file name calls for; None when there is none."""
    name = source.path.rpartition("/")[2]
    if name.endswith(".prisma"):
        from crowsfoot.frontends import prisma

        return prisma.read(source.text)
    if name in _CONFIGS:
        from crowsfoot.frontends import settings

        return settings.read_config(source.text)
    if name == "package.json":
        from crowsfoot.frontends import settings

        return settings.read_package(source.text)
    return None
