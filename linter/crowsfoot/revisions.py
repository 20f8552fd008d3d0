"""A revision of the repository, and the files as they are now: to what has become of them since.

git is asked what was there, and nothing else: contents are compared by ids that are worked out here. The
repository may be hostile, and so may its configuration be: no hook, filter, pager or transport of it is run.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from hashlib import sha1, sha256
from pathlib import Path

from crowsfoot.config import UserError, repository
from crowsfoot.discover import printable
from crowsfoot.kinds import kind_of
from crowsfoot.link.assumed import Changes
from crowsfoot.source import Source

_SAFE = (
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.fsmonitor=false"),
    *("--no-pager", "--no-optional-locks", "--no-replace-objects"),
)
# A partial clone would fetch what it lacks, with whatever program its configuration names.
_ENVIRONMENT = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
# A hook that runs us says with these which repository is meant; we have found ours by ourselves.
_ELSEWHERE = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"})
_TIMEOUT = 60  # seconds; the 90,000 files of Linux are listed in less than one


def changes_since(
    revision: str, root: Path, sources: Iterable[Source], unread: Iterable[str] = ()
) -> Changes:
    """What is new, edited and gone since the working copy parted from the revision.

    Paths are those of the sources, relative to root; unread are those of files without a readable text.
    Raises UserError where git cannot tell.
    """
    base = os.path.abspath(root)
    home = repository(base)
    if home is None:
        raise UserError(f"--since {revision}: there is no git repository around {base}")
    before = _files(home, _parted(home, revision), base)
    now = {source.path: source.text for source in sources}
    return Changes(
        new=frozenset(path for path in (*now, *unread) if path not in before),
        edited=frozenset(path for path, id in before.items() if path in now and not _has_id(now[path], id)),
        # What is left out by a setting is still there.
        deleted=tuple(sorted(it for it in before if it not in now and not os.path.lexists(Path(base, it)))),
    )


def _parted(home: str, revision: str) -> str:
    """The commit at which the working copy parted from the revision; the revision, if they share none."""
    found = (
        None if revision.startswith("-") else _git(home, "rev-parse", "--verify", f"{revision}^{{commit}}")
    )
    if found is None or not (commit := found.decode("ascii", "replace").strip()):
        raise UserError(f"--since: git knows no revision {revision!r} here")
    shared = _git(home, "merge-base", "HEAD", commit)
    return shared.decode("ascii", "replace").strip() if shared else commit


def _files(home: str, commit: str, base: str) -> Mapping[str, str]:
    """The ids of the files of wanted kinds at the commit, by their path relative to base."""
    listed = _git(home, "ls-tree", "-r", "-z", "--full-tree", commit)
    if listed is None:
        raise UserError(f"--since: git cannot list the files of {commit}")
    prefix = "" if home == base else os.path.relpath(home, base).replace(os.sep, "/") + "/"
    below = "" if home == base else os.path.relpath(base, home).replace(os.sep, "/") + "/"
    found: dict[str, str] = {}
    for line in listed.split(b"\0"):
        kind, _, name = line.partition(b"\t")
        if kind.startswith(b"100") and kind_of(os.fsdecode(name.rpartition(b"/")[2])) is not None:
            path = os.fsdecode(name)
            path = path[len(below) :] if path.startswith(below) else prefix + path
            found[printable(path)] = kind.rpartition(b" ")[2].decode("ascii", "replace")
    return found


def _has_id(text: str, id: str) -> bool:
    """Whether git gives the text that id, with the line ends as they are, or as git may have kept them."""
    digest = sha256 if len(id) == sha256().digest_size * 2 else sha1
    data = text.encode()
    return any(
        digest(b"blob %d\0" % len(it) + it).hexdigest() == id for it in (data, data.replace(b"\r\n", b"\n"))
    )


def _git(home: str, *arguments: str) -> bytes | None:
    """What git prints; None where it fails to find what was asked for."""
    program = shutil.which("git")
    # A program of the repository must not pass for git.
    if program is None or os.path.realpath(program).startswith(os.path.realpath(home) + os.sep):
        raise UserError("--since: git is not installed")
    kept = {key: value for key, value in os.environ.items() if key not in _ELSEWHERE}
    try:
        run = subprocess.run(
            [program, *_SAFE, *arguments],
            cwd=home,
            env={**kept, **_ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UserError(f"--since: git cannot be run: {error}") from error
    if run.returncode == 0:
        return run.stdout
    message = run.stderr.decode(errors="replace").strip()
    if "dubious ownership" in message:
        raise UserError(f"--since: git refuses this repository: {message.splitlines()[0]}")
    return None
