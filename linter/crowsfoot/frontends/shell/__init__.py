"""Files that automation is written in to what they run; crowsfoot.kinds says which files those are."""

import re
from collections.abc import Callable

from crowsfoot.facts.shell import Automation
from crowsfoot.frontends import directives
from crowsfoot.frontends.shell import ci, containers, platforms
from crowsfoot.source import Range


def read(name: str, text: str) -> Automation | None:
    """What a file of that name runs; None where files of that name run nothing."""
    reader = _reader(name)
    if reader is None:
        return None
    found = reader(text)
    if directives.WORD not in text:
        return found
    comments, problems = directives.read(text, [Range(*it.span()) for it in _COMMENT.finditer(text)], "#")
    return Automation(found.kind, found.tasks, comments, problems, found.variables)


_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[ \t]*crowsfoot\b[^\n]*", re.MULTILINE)


_READERS: dict[str, Callable[[str], Automation]] = {
    "*.yml": ci.read,
    "*.yaml": ci.read,
    "*.sh": containers.read_script,
    "*.Dockerfile": containers.read_dockerfile,
    "Dockerfile": containers.read_dockerfile,
    "Containerfile": containers.read_dockerfile,
    "Makefile": containers.read_makefile,
    "Procfile": containers.read_procfile,
    **dict.fromkeys(("vercel.json", "app.json", "railway.json"), platforms.read_platform),
    **dict.fromkeys(("railway.toml", "fly.toml", "nixpacks.toml", "netlify.toml"), platforms.read_platform),
}


def _reader(name: str) -> Callable[[str], Automation] | None:
    stem, dot, ending = name.rpartition(".")
    if dot and stem.startswith("Dockerfile"):
        return containers.read_dockerfile
    return _READERS.get(name) or (_READERS.get(f"*.{ending}") if dot else None)
