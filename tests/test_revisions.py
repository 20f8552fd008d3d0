"""What has become of files since a revision of git."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from crowsfoot.config import UserError
from crowsfoot.discover import discover
from crowsfoot.link.assumed import Changes
from crowsfoot.revisions import changes_since

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


class Repository:
    """A repository on the disk, which git itself changes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def git(self, *arguments: str, **environment: str) -> str:
        identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main")
        run = subprocess.run(
            ["git", *identity, *arguments],
            cwd=self.folder,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return run.stdout.strip()

    def write(self, path: str, text: str | bytes) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def commit(self, **files: str) -> str:
        for path, text in files.items():
            self.write(path, text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "x")
        return self.git("rev-parse", "HEAD")

    def changes(self, revision: str, root: str = "") -> Changes:
        found = discover(self.folder / root, [self.folder / root])
        unread = [path for path, _ in found.problems]
        return changes_since(revision, self.folder / root, found.sources, unread)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "top")
    made.folder.mkdir()
    made.git("init", "--quiet")
    made.commit(
        **{"m/1/migration.sql": "SELECT 1;\n", "m/2/migration.sql": "SELECT 2;\n", "a.prisma": "// a\n"}
    )
    return made


def test_new_edited_and_deleted_files_are_told(repository: Repository) -> None:
    assert repository.changes("HEAD") == Changes()
    repository.write("m/3/migration.sql", "SELECT 3;\n")
    repository.write("m/2/migration.sql", "SELECT 22;\n")
    (repository.folder / "m/1/migration.sql").unlink()
    assert repository.changes("HEAD") == Changes(
        new=frozenset({"m/3/migration.sql"}),
        edited=frozenset({"m/2/migration.sql"}),
        deleted=("m/1/migration.sql",),
    )


def test_what_is_committed_since_is_new_too(repository: Repository) -> None:
    before = repository.git("rev-parse", "HEAD")
    repository.commit(**{"m/3/migration.sql": "SELECT 3;\n"})
    for revision in (before, before[:8], "HEAD~1", "HEAD^", "main~1"):
        assert repository.changes(revision).new == {"m/3/migration.sql"}


def test_what_the_other_branch_did_meanwhile_does_not_count(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "-b", "topic")
    repository.commit(**{"m/3/migration.sql": "SELECT 3;\n"})
    repository.git("checkout", "--quiet", "main")
    (repository.folder / "m/1/migration.sql").unlink()
    repository.commit(**{"m/2/migration.sql": "SELECT 22;\n", "m/4/migration.sql": "SELECT 4;\n"})
    repository.git("checkout", "--quiet", "topic")
    assert repository.changes("main") == Changes(new=frozenset({"m/3/migration.sql"}))


def test_a_revision_without_a_common_ancestor_is_compared_as_it_is(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "--orphan", "other")
    repository.commit(**{"m/3/migration.sql": "SELECT 3;\n"})
    assert repository.changes("main").new == {"m/3/migration.sql"}


def test_before_the_first_commit_of_a_branch_all_is_compared_with_the_revision(
    repository: Repository,
) -> None:
    repository.git("checkout", "--quiet", "--orphan", "other")
    assert repository.changes("main") == Changes()


def test_paths_are_those_of_a_project_that_lies_deeper(repository: Repository) -> None:
    repository.commit(
        **{"apps/api/m/1/migration.sql": "SELECT 1;\n", "apps/web/m/1/migration.sql": "SELECT 1;\n"}
    )
    repository.write("apps/api/m/1/migration.sql", "SELECT 11;\n")
    repository.write("apps/api/m/2/migration.sql", "SELECT 2;\n")
    found = repository.changes("HEAD", "apps/api")
    assert found == Changes(new=frozenset({"m/2/migration.sql"}), edited=frozenset({"m/1/migration.sql"}))


def test_line_ends_that_git_has_changed_are_no_edit(repository: Repository) -> None:
    repository.write("m/1/migration.sql", "SELECT 1;\r\n")
    assert repository.changes("HEAD") == Changes()


def test_names_that_cannot_be_printed_are_the_same_on_both_sides(repository: Repository) -> None:
    repository.commit(**{"m/\x1b[1m\u00e4 b/migration.sql": "SELECT 1;\n"})
    assert repository.changes("HEAD") == Changes()


def test_files_that_are_left_out_are_not_deleted(repository: Repository) -> None:
    found = discover(repository.folder, [repository.folder / "m/1"])
    changes = changes_since("HEAD", repository.folder, found.sources)
    assert changes == Changes()


def test_links_of_the_repository_are_no_files(repository: Repository) -> None:
    (repository.folder / "link.prisma").symlink_to("a.prisma")
    repository.commit()
    assert repository.changes("HEAD").deleted == ()


def test_a_repository_with_other_ids_is_read_too(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    try:
        made.git("init", "--quiet", "--object-format=sha256")
    except subprocess.CalledProcessError:
        pytest.skip("this git knows no sha256")
    made.commit(**{"m/1/migration.sql": "SELECT 1;\n"})
    assert made.changes("HEAD") == Changes()
    made.write("m/1/migration.sql", "SELECT 2;\n")
    assert made.changes("HEAD").edited == {"m/1/migration.sql"}


@pytest.mark.parametrize(
    "revision", ["nowhere", "", "-x", "--help", "HEAD:m", "HEAD~99", "0" * 40, "a b", "HEAD..main", "\udcff"]
)
def test_a_revision_that_there_is_not_is_the_users_to_mend(repository: Repository, revision: str) -> None:
    with pytest.raises(UserError, match="--since: git knows no revision"):
        repository.changes(revision)


def test_without_a_repository_there_are_no_revisions(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no git repository"):
        changes_since("HEAD", tmp_path, ())


def test_a_folder_that_only_looks_like_a_repository_has_no_revisions(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(UserError, match="git knows no revision"):
        changes_since("HEAD", tmp_path, ())


def test_without_git_it_is_said(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository.folder))
    with pytest.raises(UserError, match="git is not installed"):
        repository.changes("HEAD")


def test_a_git_of_the_repository_is_not_run(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = repository.write("bin/git", "#!/bin/sh\ntouch ../trapped trapped\n")
    trap.chmod(0o755)
    monkeypatch.setenv("PATH", f"{trap.parent}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(UserError, match="git is not installed"):
        repository.changes("HEAD")
    assert not list(repository.folder.parent.rglob("trapped"))


def test_nothing_of_the_repositorys_configuration_is_run(repository: Repository) -> None:
    trap = repository.write("trap", "#!/bin/sh\ntouch trapped\n")
    trap.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "diff.external",
        "filter.x.clean",
        "filter.x.smudge",
    ):
        repository.git("config", key, str(trap))
    repository.git("config", "core.hooksPath", str(repository.folder))
    repository.write(".gitattributes", "*.sql filter=x diff=x\n")
    repository.write("m/1/migration.sql", "SELECT 11;\n")
    assert repository.changes("HEAD").edited == {"m/1/migration.sql"}
    assert not (repository.folder / "trapped").exists()


def test_what_a_partial_clone_lacks_is_not_fetched(repository: Repository, tmp_path: Path) -> None:
    trap = repository.write("trap", "#!/bin/sh\ntouch trapped\n")
    trap.chmod(0o755)
    commit = repository.git("rev-parse", "HEAD")
    tree = repository.git("rev-parse", "HEAD:m")
    (repository.folder / ".git/objects" / tree[:2] / tree[2:]).unlink()
    repository.git("config", "remote.origin.url", "ssh://example.invalid/x")
    repository.git("config", "remote.origin.promisor", "true")
    repository.git("config", "extensions.partialClone", "origin")
    repository.git("config", "core.repositoryFormatVersion", "1")
    repository.git("config", "core.sshCommand", str(trap))
    with pytest.raises(UserError, match="cannot list the files"):
        repository.changes(commit)
    assert not (repository.folder / "trapped").exists()


def test_the_repository_that_a_hook_speaks_of_is_not_taken_for_ours(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Repository(tmp_path / "other")
    other.folder.mkdir()
    other.git("init", "--quiet")
    other.commit(**{"x.prisma": "// x\n"})
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.folder / ".git/index"))
    assert repository.changes("HEAD") == Changes()
