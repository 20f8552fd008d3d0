"""The ways around row-level security of a sample, and who tells them: crowsfoot, splinter, pgrls.

    python3 -m venv build/peers && build/peers/bin/pip install pgrls
    git clone https://github.com/supabase/splinter build/splinter
    python benchmarks/rls.py --pgrls build/peers/bin/pgrls --splinter build/splinter/splinter.sql

The sample is rls/: migrations in which comments say what is wrong with which object, by the number of the
hazard, and a file of what Supabase has in a database before them. The peers read a PostgreSQL to which both
were applied, by the psql that is found; crowsfoot reads the migrations alone, and so does "pgrls --sql-file".
A line that fails to apply ends the run.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from truth_server import binaries, server

FOLDER = Path(__file__).resolve().parent / "rls"
MIGRATIONS = sorted((FOLDER / "supabase" / "migrations").glob("*.sql"))
Claim = tuple[str, str]  # hazard, object
# What a tool may speak of instead of the object: the table whose policy calls the function.
INSTEAD = {"frozen": "frozen_org"}

# By the word of each tool: the hazards that it speaks of. The first of them is taken where none is true.
CROWSFOOT = {
    "exposed-table-without-rls": "S01 S51",
    "tenant-table-without-rls": "S02",
    "rls-without-policy": "S03",
    "policies-without-rls": "S04 S07",
    "forced-rls-not-enabled": "S05",
    "rls-not-forced": "S06",
    "rls-switched-off": "S07",
    "command-left-without-policy": "S08",
    "policy-always-true": "S09",
    "policy-checks-only-login": "S10",
    "policy-for-everyone": "S11",
    "policy-widens-another": "S12",
    "only-restrictive-policies": "S13",
    "restrictive-policy-misses-role": "S14",
    "check-drops-tenant": "S15",
    "insert-policy-without-check": "S16",
    "returning-without-select-policy": "S17",
    "write-without-select-policy": "S18",
    "policy-fails-open": "S19",
    "empty-setting-cast": "S20",
    "setting-must-be-set": "S21",
    "unqualified-setting": "S22",
    "setting-bypasses-policy": "S23",
    "user-metadata-in-policy": "S24",
    "policy-by-login-role": "S25",
    "policy-recursion": "S26",
    "definer-search-path": "S28",
    "exposed-definer-function": "S29",
    "view-bypasses-rls": "S30",
    "view-lost-security-invoker": "S31",
    "view-without-security-barrier": "S32",
    "exposed-materialized-view": "S33",
    "partition-bypasses-rls": "S34",
    "truncate-granted": "S35",
    "default-privileges-for-everyone": "S36",
    "role-bypasses-rls": "S37",
    "runtime-role-owns-table": "S38",
    "row-security-off": "S39",
    "policy-call-per-row": "S40",
    "correlated-policy-wrapper": "S41",
    "unindexed-policy-column": "S42",
    "policy-casts-column": "S43",
    "index-unusable-under-rls": "S44",
    "immutable-function-reads-setting": "S45",
    "tenant-unscoped-unique": "S46",
    "tenant-crossing-foreign-key": "S47",
    "cascade-crosses-tenants": "S48",
    "nullable-tenant": "S49",
    "policy-for-unused-role": "S50",
    "copied-table-without-rls": "S51",
    "policy-reads-open-table": "S52",
    "definer-trigger-reads-tenants": "S53",
    "storage-policy-without-bucket": "S54",
    "realtime-table-without-rls": "S54",
    "duplicate-policy": "S55",
}
# Source: https://github.com/supabase/splinter/tree/main/docs
SPLINTER = {
    "auth_rls_initplan": "S40",
    "multiple_permissive_policies": "S12 S55 S23",
    "policy_exists_rls_disabled": "S04 S07",
    "rls_enabled_no_policy": "S03",
    "security_definer_view": "S30 S31",
    "function_search_path_mutable": "S28",
    "rls_disabled_in_public": "S01 S34 S51",
    "rls_references_user_metadata": "S24",
    "materialized_view_in_api": "S33",
    "foreign_table_in_api": "S33",
    "rls_policy_always_true": "S09 S15 S16",
    "anon_security_definer_function_executable": "S29",
    "authenticated_security_definer_function_executable": "S29",
}
# Source: https://pypi.org/project/pgrls/
PGRLS = {
    "SEC001": "S01 S02 S07 S34 S51 S05 S04",
    "SEC002": "S06 S38",
    "SEC003": "S11",
    "SEC004": "S19",
    "SEC005": "S10 S09 S19 S23 S54",
    "SEC006": "S16",
    "SEC008": "S09",
    "SEC009": "S03",
    "SEC011": "S09",
    "SEC012": "S13",
    "SEC013": "S53",
    "SEC014": "S29 S28",
    "SEC015": "S28",
    "SEC016": "S37",
    "SEC018": "S25",
    "SEC019": "S21",
    "SEC020": "S15",
    "SEC022": "S08",
    "SEC023": "S50",
    "SEC024": "S22",
    "SEC025": "S52",
    "SEC028": "S09 S15",
    "SEC029": "S37",
    "SEC030": "S49",
    "SEC032": "S04 S07",
    "SEC033": "S24",
    "SEC035": "S46",
    "SEC038": "S19 S09",
    "SEC039": "S09",
    "SEC040": "S15",
    "SEC041": "S34",
    "SEC042": "S29",
    "SEC044": "S36",
    "SEC046": "S45",
    "SEC047": "S47 S48",
    "SEC048": "S38",
    "SEC049": "S01",
    "SEC050": "S54",
    "SEC054": "S33",
    "SEC055": "S20",
    "PERF001": "S40 S41",
    "PERF003": "S42",
    "PERF004": "S43",
    "HYG003": "S55",
    "VIEW001": "S30 S31",
    "VIEW002": "S32",
    "VIEW003": "S33",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pgrls", type=Path, help="the command of pgrls")
    parser.add_argument("--splinter", type=Path, help="splinter.sql")
    parser.add_argument("--server", type=Path, help="a folder with initdb and pg_ctl")
    parser.add_argument("--crowsfoot", default=str(Path(sys.executable).parent / "crowsfoot"))
    parser.add_argument(
        "--wrong", action="store_true", help="print what each says that is not true, and misses"
    )
    asked = parser.parse_args()
    truth = set(_truth())
    said = {"crowsfoot": _crowsfoot(asked.crowsfoot, truth)}
    folder = asked.server or binaries()
    with server(folder) as socket:
        psql = ["psql", "-X", "-q", "-h", str(socket), "-U", "postgres", "postgres"]
        for file in (FOLDER / "server.sql", *MIGRATIONS):
            subprocess.run([*psql, "-v", "ON_ERROR_STOP=1", "-f", str(file)], check=True, stdout=sys.stderr)
        if asked.splinter:
            said["splinter"] = _splinter(psql, asked.splinter, truth)
        if asked.pgrls:
            url = f"postgresql://postgres@/postgres?host={socket}"
            said["pgrls"] = _pgrls([asked.pgrls, "lint", "--database-url", url], truth)
    if asked.pgrls:
        with TemporaryDirectory() as where:
            text = Path(where, "all.sql")
            text.write_text("".join(it.read_text() for it in (FOLDER / "server.sql", *MIGRATIONS)))
            said["pgrls --sql-file"] = _pgrls([asked.pgrls, "lint", "--sql-file", text], truth)
    _print(truth, said, wrong=asked.wrong)


def _truth() -> Iterable[Claim]:
    for file in MIGRATIONS:
        yield from re.findall(r"^-- truth (S\d\d) (\S+)$", file.read_text(), re.MULTILINE)


def _crowsfoot(command: str, truth: set[Claim]) -> set[Claim]:
    run = [command, "check", "--no-cache", "--output", "json", "--fail-on", "never", str(FOLDER)]
    found = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
    claims: set[Claim] = set()
    for it in found["findings"]:
        if it["rule"] in CROWSFOOT:
            claims.add(_claim(CROWSFOOT[it["rule"]], it["subject"], truth))
    return claims


def _splinter(psql: list[str], file: Path, truth: set[Claim]) -> set[Claim]:
    """Its first line is a setting; the rest is one query, whose columns are named."""
    setting, _, query = file.read_text().partition(";")
    query = query.strip().rstrip(";")
    text = (
        f"BEGIN; {setting}; SET LOCAL pgrst.db_schemas = 'public, storage';"
        f"SELECT json_agg(json_build_object('name', name, 'on', metadata ->> 'name')) FROM ({query}) q;"
    )
    ended = subprocess.run([*psql, "-At"], check=False, capture_output=True, text=True, input=text)
    if not ended.stdout.strip():
        raise SystemExit(f"splinter: {ended.stderr}")
    rows = json.loads(ended.stdout)
    return {_claim(SPLINTER[it["name"]], it["on"] or "", truth) for it in rows if it["name"] in SPLINTER}


def _pgrls(run: list[object], truth: set[Claim]) -> set[Claim]:
    ended = subprocess.run(
        [*map(str, run), "--format", "json", "--schemas", "public,storage,app"],
        check=False,
        capture_output=True,
        text=True,
    )
    try:
        found = json.loads(ended.stdout)
    except ValueError:
        print(f"pgrls: {ended.stderr.strip() or ended.stdout.strip()}", file=sys.stderr)
        return set()
    rows = found["violations"]
    return {_claim(PGRLS[it["rule_id"]], it["location"], truth) for it in rows if it["rule_id"] in PGRLS}


def _claim(hazards: str, where: str, truth: set[Claim]) -> Claim:
    """The claim that is meant: a true one if there is one. where is "schema.table.policy", or a part."""
    words = re.findall(r"\w+", where) or ["?"]
    names = [
        *map(".".join, pairwise(words)),
        *words,
        *(INSTEAD[it] for it in words if it in INSTEAD),
    ]
    for hazard in hazards.split():
        for name in names:
            if (hazard, name) in truth:
                return hazard, name
    known = {name for _, name in truth if name != "public"}  # the schema of nearly all
    plain = words[1] if words[0] == "public" and len(words) > 1 else words[0]
    return hazards.split()[0], next((it for it in names if it in known), plain)


def _print(truth: set[Claim], said: dict[str, set[Claim]], *, wrong: bool) -> None:
    print(f"| hazard | true | {' | '.join(said)} |")
    print("|---|--:|" + "--:|" * len(said))
    for hazard in sorted({it for it, _ in truth.union(*said.values())}):
        true = {it for it in truth if it[0] == hazard}
        cells = []
        for claims in said.values():
            mine = {it for it in claims if it[0] == hazard}
            cells.append(f"{len(mine & true)}" + (f" +{len(mine - true)}" if mine - true else ""))
        print(f"| {hazard} | {len(true)} | {' | '.join(cells)} |")
    totals = [f"{len(it & truth)} of {len(truth)}, {len(it - truth)} more" for it in said.values()]
    print(f"| all | {len(truth)} | {' | '.join(totals)} |")
    if wrong:
        for tool, claims in said.items():
            print(f"\n{tool} misses {sorted(truth - claims)}\n{tool} says also {sorted(claims - truth)}")


if __name__ == "__main__":
    main()
