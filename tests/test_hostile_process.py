"""What a hostile repository, a clumsy user and a poor machine can do to a whole run."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crowsfoot.reporters import FORMATS

from .shell import Shell

SCHEMA = """datasource db {
  provider = "postgresql"
}

model User {
  id    Int    @id
  posts Post[]
}

model Post {
  id       Int  @id
  authorId Int
  author   User @relation(fields: [authorId], references: [id])
}
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX files and streams")


def in_sh(shell: Shell, line: str) -> subprocess.CompletedProcess[bytes]:
    """What /bin/sh makes of the line, in which "crowsfoot" is ours."""
    line = re.sub(r"\bcrowsfoot\b", f"'{sys.executable}' -m crowsfoot", line)
    return subprocess.run(
        ["/bin/sh", "-c", line], cwd=shell.folder, env=shell.environment, capture_output=True, check=False
    )


HOSTILE = """model A {
  id  Int    @id
  b   Int    @map("x \u202e ::error::pwned ##[set-output name=x]y \x1b[31m")
  bad String @default("\x1b[31m" oops "a ::error::pwned b")
  ::error::inside
  ##[error]inside
  // crowsfoot: allow nothing-of-the-kind\u202e
}
"""
NAMES = [
    "::error::a.prisma",
    " ::error::b.prisma",
    "c\n::error::c.prisma",
    "##[error]d.prisma",
    "\x1b[31me\u202e.prisma",
    "f%0A::error::f,g:h.prisma",
]


@pytest.mark.parametrize("format", FORMATS)
def test_no_name_and_no_text_is_a_command_to_a_terminal_or_a_runner(shell: Shell, format: str) -> None:
    for name in NAMES:
        shell.write(name, HOSTILE)
    run = shell("check", "--select", "all", "--output", format, COLUMNS="40")
    assert run.returncode == 1
    assert run.stderr == ""
    lines = run.stdout.split("\n")
    commands = [it for it in lines if it.lstrip().startswith("::")]
    if format == "github":
        assert commands == lines[:-1]
        assert all(re.match(r"::(error|warning|notice) file=[^,:]+,", it) for it in commands)
    else:
        assert not commands
        assert "##[" not in run.stdout
    if format not in ("json", "jsonl"):  # data, and what a terminal obeys is escaped in it
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", run.stdout)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", run.stdout)


def test_what_the_user_named_is_told_on_one_harmless_line(shell: Shell) -> None:
    evil = "x\n::error::y\x1b[31m"
    shell.write("crowsfoot.toml", '"x\\n::error::y\\u001b[31m" = 1\n')
    for run in (shell("check"), shell("check", evil), shell("rule", evil), shell("check", "--config", evil)):
        assert run.returncode == 2
        assert run.stderr.count("\n") == 1
        assert run.stderr.startswith("crowsfoot: ")
        assert "\x1b" not in run.stderr


def test_arguments_need_not_be_text(shell: Shell) -> None:
    shell.write("schema.prisma", SCHEMA)
    for flag in ("--select", "--ignore", "--output", "--config", "--stdin-filename"):
        run = shell("check", flag, os.fsdecode(b"\xff"), *(["-"] if flag == "--stdin-filename" else []))
        assert (run.returncode, "Traceback" in run.stderr) == (2 * (flag != "--stdin-filename"), False), flag


@pytest.mark.parametrize("name", ["a" * 5000 + ".prisma", "a" * 300 + "/x.prisma"])
def test_a_name_that_is_too_long_is_only_wrong(shell: Shell, name: str) -> None:
    for arguments in ([name], ["--config", name], ["--output", f"json={name}x"]):
        run = shell("check", *arguments)
        assert run.returncode == 2
        assert "Traceback" not in run.stderr
    assert "Traceback" not in shell("check", "-", "--stdin-filename", name, stdin=b"").stderr


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("crowsfoot check >&-", 1, ""),
        ("crowsfoot check 2>&-", 1, ""),
        ("crowsfoot check >&- 2>&-", 1, ""),
        ("crowsfoot check nowhere 2>&-", 2, ""),
        ("crowsfoot rule >&-", 0, ""),
        ("crowsfoot check - --stdin-filename schema.prisma <&-", 2, "standard input is closed"),
        ("mkdir gone && cd gone && rmdir ../gone && crowsfoot check", 2, "working folder"),
        ("mkdir gone && cd gone && rmdir ../gone && crowsfoot clean", 2, "working folder"),
    ],
)
def test_closed_streams_and_a_lost_folder(shell: Shell, line: str, code: int, said: str) -> None:
    shell.write("schema.prisma", SCHEMA)
    run = in_sh(shell, line)
    assert run.returncode == code
    assert said in run.stderr.decode()
    assert b"Traceback" not in run.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize(
    "arguments", ["check", "check --diff", "check --statistics", "rule", "completion bash", "--help"]
)
def test_a_full_disk_is_told_and_is_no_bug(shell: Shell, arguments: str) -> None:
    shell.write("schema.prisma", SCHEMA)
    run = in_sh(shell, f"crowsfoot {arguments} > /dev/full")
    assert run.returncode == 2
    assert run.stderr.decode().startswith("crowsfoot: standard output: cannot be written: ")
    assert in_sh(shell, "crowsfoot check nowhere 2> /dev/full").returncode == 2


@pytest.mark.parametrize("encoding", ["ascii", "ascii:strict", "latin-1"])
def test_output_is_utf_8_whatever_the_terminal_claims(shell: Shell, encoding: str) -> None:
    shell.write("sch\u00e9ma.prisma", SCHEMA.replace("User", "\u00dcser"))
    environment = {"PYTHONIOENCODING": encoding, "LC_ALL": "C", "PYTHONUTF8": "0"}
    for arguments in (["check"], ["check", "--diff"], ["check", "--statistics"], ["rule", "indexes"]):
        run = shell(*arguments, stdin=b"", **environment)
        assert run.returncode == (arguments[0] == "check")
        assert run.stderr == ""


def test_an_interrupted_run_says_so_in_its_exit_code_alone(shell: Shell) -> None:
    # Python takes over what its parent has ignored, as a shell does for what it runs in the background.
    run = "import signal, runpy; signal.signal(signal.SIGINT, signal.default_int_handler); "
    run += "runpy.run_module('crowsfoot', run_name='__main__')"
    line = [sys.executable, "-c", run, "check", "-", "--stdin-filename", "a.prisma"]
    # It waits for standard input, which nobody writes to.
    process = subprocess.Popen(
        line,
        cwd=shell.folder,
        env=shell.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    wait = Path(f"/proc/{process.pid}/wchan")
    for _ in range(100):
        time.sleep(0.05)
        if wait.exists() and "pipe" in wait.read_text():
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"")


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        (["json=schema.prisma"], "named like a file that crowsfoot reads"),
        (["json=package.json"], "named like a file that crowsfoot reads"),
        (["json=x", "sarif=x"], "named twice"),
        (["json=x", "nothing"], 'unknown format "nothing"'),
    ],
)
def test_no_output_covers_another_file(shell: Shell, outputs: list[str], said: str) -> None:
    shell.write("schema.prisma", SCHEMA)
    run = shell("check", *(word for it in outputs for word in ("--output", it)))
    assert run.returncode == 2
    assert said in run.stderr
    assert [it.name for it in shell.folder.iterdir() if it.is_file()] == ["schema.prisma"]
    assert (shell.folder / "schema.prisma").read_text() == SCHEMA


def test_statistics_still_write_the_files_that_were_asked_for(shell: Shell) -> None:
    shell.write("schema.prisma", SCHEMA)
    run = shell("check", "--statistics", "--output", "json=x.json", "--output", "concise")
    assert "unindexed-foreign-key" in run.stdout
    assert "schema.prisma:" not in run.stdout
    assert json.loads((shell.folder / "x.json").read_text())["findings"]


def test_standard_input_is_not_written_to_a_file(shell: Shell) -> None:
    run = shell("check", "-", "--stdin-filename", "new.prisma", "--fix", stdin=SCHEMA.encode())
    assert run.returncode == 2
    assert "--diff" in run.stderr
    assert not (shell.folder / "new.prisma").exists()
    assert shell("check", "-", "--stdin-filename", ".", stdin=b"").returncode == 2


def test_standard_input_has_the_limits_of_a_file(shell: Shell) -> None:
    shell.write("crowsfoot.toml", "max-file-size = 100\n")
    run = shell("check", "-", "--stdin-filename", "a.prisma", "--output", "concise", stdin=SCHEMA.encode())
    assert run.returncode == 1
    assert "max-file-size is 100" in run.stdout


def test_a_configuration_of_any_size_ends_soon(shell: Shell) -> None:
    shell.write("schema.prisma", SCHEMA)
    shell.write("crowsfoot.toml", "# x\n" * 300_000)
    run = shell("check")
    assert (run.returncode, "the most that is read is 1,000,000" in run.stderr) == (2, True)
    shell.write("crowsfoot.toml", "a." * 400_000 + "a = 1\n")
    run = shell("check")
    assert (run.returncode, "too many dots" in run.stderr) == (2, True)


def test_a_disk_that_is_full_costs_no_schema(shell: Shell) -> None:
    file = shell.write("schema.prisma", SCHEMA)
    size = len(SCHEMA)
    run = subprocess.run(
        [sys.executable, "-m", "crowsfoot", "check", "--fix", "--no-cache"],
        cwd=shell.folder,
        env={**shell.environment, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size + 5, size + 5)),
    )
    assert run.returncode == 2
    assert b"schema.prisma: cannot be written" in run.stderr
    assert file.read_text() == SCHEMA
