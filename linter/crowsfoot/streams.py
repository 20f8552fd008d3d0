"""The streams of the process and the files that it is told to write: text in, text out."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

from crowsfoot.config import UserError


def standard_input(paths: Sequence[Path], filename: Path | None) -> tuple[bytes, Path] | None:
    """The text on standard input, where it is asked for, and the name it is checked under."""
    if Path("-") not in paths and filename is None:
        return None
    if filename is None:
        raise UserError('"-" needs --stdin-filename, which says what the text is')
    if os.path.isdir(filename):
        raise UserError(f"--stdin-filename: {filename} is a folder")
    if sys.stdin is None:
        raise UserError("standard input is closed")
    return sys.stdin.buffer.read(), filename


def bytes_of(file: Path, most: int) -> bytes:
    """What the file holds; of one that is longer, or has no end, one byte more than anybody takes."""
    try:
        with open(file, "rb") as stream:
            return stream.read(most + 1)
    except OSError as error:
        raise UserError(f"{file}: cannot be read: {error.strerror}") from error


def no_standard_input(paths: Sequence[Path]) -> None:
    if Path("-") in paths:
        raise UserError("standard input is read by crowsfoot check only")


def output_file(name: str) -> str:
    """The file of that name; "~" is the home folder, which no shell says behind FORMAT=."""
    if name.endswith(("/", os.sep)):
        raise UserError(f"--output: {name} is a folder; name a file in it")
    return os.path.expanduser(name) if name.startswith("~") else name


def save(file: str, text: str) -> None:
    """Write a file, and the folders it lies in."""
    try:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UserError(f"{file}: cannot be written: {error.strerror}") from error


def show(text: str) -> None:
    """Write to standard output, as UTF-8 whatever the terminal's locale is; nowhere when it is closed."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        write_no_more()
        raise UserError(f"standard output: cannot be written: {error.strerror}") from error


def tell(message: str) -> None:
    """Write one line to standard error; names in it may come from anywhere."""
    echo(f"crowsfoot: {message}")


def echo(line: str) -> None:
    from crowsfoot.reporters.terminal import visible

    with suppress(OSError):  # full, or closed: the exit code has to say it
        click.echo(visible(line), err=True)


def is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def colored(choice: str) -> bool:
    """Flag over FORCE_COLOR over NO_COLOR over the terminal. Source: https://no-color.org"""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return not os.environ.get("NO_COLOR") and is_terminal()


def columns() -> int:
    """Of the terminal, if there is one."""
    import shutil  # brings all that packs files along

    return shutil.get_terminal_size((100, 24)).columns


def write_no_more() -> None:
    """Let what is left for standard output go nowhere, so that the end of the process does not fail on it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
