"""The labelled repositories as files: labels and clones in, `FOLDER/<owner>__<name>/<revision>/` out.

Of a git revision these are its files; of a release on PyPI (revision `pypi:<name>==<version>`) those of its
wheel, in `<name>==<version>`. Only text that an analysis may read is kept, and no symbolic link.
"""

import subprocess
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

KEPT = (".py", ".pyi", ".toml", ".cfg", ".prisma", ".sql", ".html", ".jinja", ".jinja2", ".j2")
LARGEST = 1_500_000  # bytes; generated data beyond that
RELEASE = "pypi:"


def checkout(folder: Path, repo: str, revision: str) -> Path:
    """Where the files of a revision are."""
    return folder / repo.replace("/", "__") / revision.removeprefix(RELEASE)


def check_out(folder: Path, repo: str, revision: str, sources: Sequence[Path]) -> str | None:
    """Write the files of a revision, if they are not there; what hinders that, or None.

    A source is a folder with clones (`<owner>+<name>/repo`, `<owner>/<name>` or `<name>`, each with or
    without `.git`) or with wheels, as `pip download --no-deps --only-binary :all:` leaves them.
    """
    root = checkout(folder, repo, revision)
    if root.is_dir():
        return None
    if revision.startswith(RELEASE):
        name, _, version = revision.removeprefix(RELEASE).partition("==")
        pattern = f"{name.replace('-', '_')}-{version}-*.whl"
        wheel = next((it for source in sources for it in source.glob(pattern)), None)
        if wheel is None:
            return f"no wheel {pattern}: pip download --no-deps --only-binary :all: {name}=={version}"
        files = _of_wheel(wheel)
    else:
        clone = next((it for source in sources for it in _clones(source, repo) if _has(it, revision)), None)
        if clone is None:
            return f"no clone of {repo} has {revision}"
        files = files_of(clone, revision)
    for path, content in files:
        if ".." not in PurePosixPath(path).parts and not path.startswith("/"):
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    return None


def _clones(source: Path, repo: str) -> Iterator[Path]:
    owner, _, name = repo.partition("/")
    for path in (f"{owner}+{name}/repo", f"{owner}/{name}", f"{owner}__{name}", name):
        for clone in (source / path, source / f"{path}.git"):
            if clone.is_dir():
                yield clone


def _has(clone: Path, revision: str) -> bool:
    command = ["git", "-C", str(clone), "cat-file", "-e", f"{revision}^{{commit}}"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _of_wheel(wheel: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            if entry.filename.endswith(KEPT) and entry.file_size <= LARGEST:
                yield entry.filename, archive.read(entry)


def files_of(clone: Path, revision: str) -> Iterator[tuple[str, bytes]]:
    """The files of a revision that an analysis may read, by path."""
    git = ["git", "-C", str(clone)]
    listed = subprocess.run([*git, "ls-tree", "-rlz", revision], capture_output=True, check=True).stdout
    blobs: list[tuple[str, str]] = []
    for entry in filter(None, listed.decode(errors="surrogateescape").split("\0")):
        about, _, path = entry.partition("\t")
        mode, _, blob, size = about.split()
        # A partial clone lacks its largest files; git then says "BAD" for the size.
        if mode.startswith("100") and path.endswith(KEPT) and size.isdigit() and int(size) <= LARGEST:
            blobs.append((blob, path))
    names = "\n".join(blob for blob, _ in blobs).encode()
    contents = subprocess.run([*git, "cat-file", "--batch"], input=names, capture_output=True, check=True)
    answer, at = contents.stdout, 0
    for _, path in blobs:  # "<name> blob <size>\n<content>\n"
        start = answer.index(b"\n", at) + 1
        at = start + int(answer[at:start].split()[2])
        yield path, answer[start:at]
        at += 1
