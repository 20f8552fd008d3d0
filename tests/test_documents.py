"""Documents from the disk to the report: what is said of their blocks, and where."""

from pathlib import Path

import pytest

from crowsfoot.in_documents import OF_A_BLOCK, OF_A_PAGE, speaks
from crowsfoot.rule import load
from crowsfoot.session import Choices, Session
from crowsfoot.source import Source

from .shell import Shell

PAGES = Path(__file__).parent / "documents"
RULES = load()

LOOP = """\
import psycopg

def names(ids: list[int]):
    with psycopg.connect() as connection:
        for id in ids:
            yield connection.execute("SELECT name FROM author WHERE id = %s", (id,)).fetchone()
"""
TWICE = """\
model Book {
  id       Int @id
  authorId Int

  @@index([authorId])
  @@index([authorId])
}
"""


class Project:
    """A folder with documents in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())

    def session(self, **choices: str) -> Session:
        return Session([self.folder], Choices(**choices))  # type: ignore[arg-type]

    def said(self, **choices: str) -> list[str]:
        """What is reported, with the line that it begins in."""
        session = self.session(**choices)
        assert not session.report.failures
        return [
            f"{it.finding.span.path}:{session.sources[it.finding.span.path].position(it.finding.span.start)[0]}"
            f" {it.rule}"
            for it in session.report.kept
        ]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    return Project(folder)


def fenced(language: str, text: str, lead: str = "") -> str:
    lines = [f"```{language}", *text.rstrip("\n").split("\n"), "```"]
    return "".join(f"{lead}{line}".rstrip(" ") + "\n" for line in lines)


def test_a_block_is_judged_at_its_place_in_the_document(project: Project) -> None:
    project.write("docs/queries.md", "# Queries\n\n" + fenced("python", LOOP))
    assert project.said() == ["docs/queries.md:9 query-in-loop"]


@pytest.mark.parametrize("lead", ["   ", "> ", "> > ", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_what_stands_before_its_lines_moves_nothing(project: Project, lead: str, ending: str) -> None:
    text = "# Queries\n\n" + fenced("python", LOOP, lead)
    project.write("README.md", text.replace("\n", ending))
    (diagnostic,) = project.session().report.kept
    source = project.session().sources["README.md"]
    span = diagnostic.finding.span
    assert source.text[span.start : span.end].startswith("connection.execute(")
    assert source.text[span.start : span.end].endswith("(id,))")
    loop = diagnostic.finding.related[0].span
    assert source.text[loop.start : loop.end] == "for id in ids"


@pytest.mark.parametrize("name", ["a.md", "a.mdx", "a.markdown"])
def test_these_are_documents(project: Project, name: str) -> None:
    project.write(name, fenced("python", LOOP))
    assert project.said() == [f"{name}:7 query-in-loop"]


def test_documents_can_be_left_out(project: Project) -> None:
    project.write("a.md", fenced("python", LOOP))
    project.write("crowsfoot.toml", "documents = false\n")
    assert project.said() == []
    named = Session([project.folder / "a.md"], Choices())
    assert not named.report.kept, "a hook names every file that has changed"


def test_a_document_without_such_a_block_is_not_read(project: Project) -> None:
    project.write("a.md", "```sh\nnpm install prisma\n```\n\nsql\n")
    project.write("b.md", "prose about python\n")
    project.write("c.md", "``` SQL\nSELECT 1;\n```\n")
    assert [it.path for it in project.session().discovery.sources] == ["c.md"]


def test_a_document_that_is_no_text_is_nothing_to_speak_of(project: Project) -> None:
    (project.folder / "a.md").write_bytes(b"```sql\n\xff\x00\n```\n")
    assert project.said() == []


def test_what_a_piece_of_a_schema_lacks_is_not_missed(project: Project) -> None:
    project.write(
        "a.md",
        fenced(
            "prisma",
            "model Book {\n  id Int @id\n  authorId Int\n  author Author @relation(fields: [authorId])\n}",
        )
        + fenced("prisma", "model Author {\n  name String\n  // ...\n}")
        + fenced("prisma", "email String @unique\n...")
        + fenced("prisma", "generator client {\n  provider = ...\n}")
        + fenced(
            "prisma",
            'datasource db {\n  provider = "postgresql"\n  url = "postgresql://me:secret@host/db"\n}',
        )
        + fenced("sql", "ALTER TABLE book ADD CONSTRAINT fk FOREIGN KEY (author_id) REFERENCES author;")
        + fenced("sql", "CREATE INDEX ON book (author_id);\nDROP TABLE gone;\nSET search_path = a;")
        + fenced("sql", "SELECT ... FROM book")
        + fenced("python", "from django.db import models\nfor book in Book.objects.all():\n    ..."),
    )
    assert project.said() == []


def test_what_a_block_says_is_judged(project: Project) -> None:
    project.write("a.md", fenced("prisma", TWICE))
    project.write("b.md", fenced("prisma", "model A {\n  id Int @id\n  name 'String'\n}"))
    project.write("c.md", fenced("postgresql", "SELECT 1;\nCREATE TABEL a (id int);"))
    assert project.said() == ["a.md:7 duplicate-index", "b.md:4 syntax-error", "c.md:3 syntax-error"]


def test_sql_of_which_nobody_says_whose_it_is_may_be_anyones(project: Project) -> None:
    project.write("a.md", fenced("sql", "SELECT TOP 5 FROM a QUALIFY x;\nCREATE TABEL a (id int);"))
    assert project.said() == []


def test_a_schema_of_another_prisma_is_not_judged(project: Project) -> None:
    project.write("a.md", fenced("prisma", "model A {\n  id uuid.String @id\n  name String(8)\n}"))
    assert project.said() == []


def test_each_block_is_a_file_of_its_own(project: Project) -> None:
    # Two declarations of one model, and two programs of which one would import the other.
    one = fenced("prisma", "model Book {\n  id Int @id\n}")
    project.write("a.md", one + one + fenced("python", "def ask(): pass") + fenced("python", LOOP))
    project.write(
        "schema.prisma", 'datasource db {\n  provider = "sqlite"\n}\nmodel Book {\n  id Int @id\n}\n'
    )
    assert project.said() == ["a.md:20 query-in-loop"]


def test_another_way_to_make_a_table_is_not_a_second_index(project: Project) -> None:
    table = "CREATE TABLE a (id int PRIMARY KEY, b int UNIQUE);"
    index = "CREATE UNIQUE INDEX a_b ON a (b);"
    project.write("a.md", fenced("sql", table) + "\nOr:\n\n" + fenced("sql", index))
    assert project.said() == []
    project.write("a.md", fenced("sql", f"{table}\n{index}"))
    assert project.said() == ["a.md:3 duplicate-index"]


def test_a_page_of_documentation_is_read_as_the_application_that_it_becomes(project: Project) -> None:
    for folder in ("docs", "examples", "tests", "scripts"):
        project.write(f"{folder}/a.md", fenced("python", LOOP))
    assert len(project.said()) == 4


def test_a_comment_over_a_block_allows_what_is_in_it(project: Project) -> None:
    comment = "<!-- crowsfoot: allow query-in-loop -- three ids at most -->\n\n"
    project.write("a.md", comment + fenced("python", LOOP) + "\n" + fenced("python", LOOP))
    assert project.said() == ["a.md:18 query-in-loop"]
    allowed = project.session().report.allowed
    assert [it.directive.reason for it in allowed] == ["three ids at most"]


def test_a_comment_may_allow_in_the_whole_document(project: Project) -> None:
    comment = "\n{/* crowsfoot: allow-file query-in-loop -- three ids at most */}\n"
    project.write("a.mdx", fenced("python", LOOP) + comment + fenced("python", LOOP))
    assert project.said() == []


def test_a_comment_in_a_block_allows_as_it_would_in_a_file(project: Project) -> None:
    allowing = LOOP.replace(
        "            yield", "            # crowsfoot: allow query-in-loop -- few\n            yield"
    )
    project.write("a.md", "- item\n\n" + fenced("python", allowing, "  ") + "\n" + fenced("python", LOOP))
    assert project.said() == ["a.md:19 query-in-loop"]
    whole = f"# crowsfoot: allow-file query-in-loop -- few\n{LOOP}"
    project.write("a.md", fenced("python", whole) + "\n" + fenced("python", LOOP))
    assert project.said() == ["a.md:17 query-in-loop"]


def test_a_comment_over_a_block_that_allows_nothing_is_reported(project: Project) -> None:
    project.write(
        "a.md",
        "# Title\n<!-- crowsfoot: allow query-in-loop -- few -->\n"
        + fenced("python", "x.execute('SELECT 1')")
        + "<!-- crowsfoot: alow query-in-loop -->\n",
    )
    assert project.said() == ["a.md:2 unused-suppression", "a.md:6 syntax-error"]
    fixed = project.session().fixed(unsafe=False)
    assert fixed.texts["a.md"].startswith("# Title\n```python\n")


def test_a_comment_in_a_block_may_be_there_to_be_talked_about(project: Project) -> None:
    project.write(
        "a.md",
        "Comments allow a finding:\n\n"
        + fenced("python", "x.execute('SELECT 1')  # crowsfoot: allow query-in-loop -- few")
        + fenced("prisma", "// crowsfoot: allow unindexed-foreign-key -- why\n// crowsfoot: alow x\n"),
    )
    assert project.said() == []


def test_a_fix_is_as_indented_as_its_block(project: Project) -> None:
    project.write(
        "a.md",
        "- item:\n\n" + fenced("prisma", TWICE, "  ") + "\n> quote\n>\n" + fenced("prisma", TWICE, "> "),
    )
    fixed = project.session().fixed(unsafe=True)
    once = TWICE.replace("  @@index([authorId])\n", "", 1)
    assert fixed.count == 2
    assert fixed.texts["a.md"] == (
        "- item:\n\n" + fenced("prisma", once, "  ") + "\n> quote\n>\n" + fenced("prisma", once, "> ")
    )


def test_a_document_is_told_apart_by_settings_like_any_file(project: Project) -> None:
    project.write("docs/a.md", fenced("python", LOOP))
    project.write("b.md", fenced("python", LOOP))
    project.write("crowsfoot.toml", '[per-file-ignores]\n"docs/**" = ["queries"]\n')
    assert project.said() == ["b.md:7 query-in-loop"]
    project.write("crowsfoot.toml", 'exclude = ["b.md"]\n')
    assert project.said() == ["docs/a.md:7 query-in-loop"]


def test_a_document_that_has_not_changed_is_not_read_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crowsfoot import documents

    project.write("a.md", fenced("python", LOOP))
    project.write("b.md", fenced("prisma", TWICE))
    assert len(project.said()) == 2
    read: list[str] = []
    before = documents.read

    def counted(text: str) -> object:
        read.append(text)
        return before(text)

    monkeypatch.setattr(documents, "read", counted)
    assert len(project.said()) == 2
    assert read == []
    project.write("a.md", "new\n" + fenced("python", LOOP))
    assert project.said() == ["a.md:8 query-in-loop", "b.md:7 duplicate-index"]
    assert len(read) == 1


def test_a_report_may_be_written_to_a_document(shell: Shell) -> None:
    shell.write("a.md", fenced("python", LOOP))
    run = shell("check", "--output", "markdown=report.md", "--fail-on", "never")
    assert run.returncode == 0, run.stderr
    assert "query-in-loop" in (shell.folder / "report.md").read_text()
    again = shell("check", "--output", "concise", "--fail-on", "never")
    assert again.stdout.count("query-in-loop") == 1


def test_since_a_revision_only_documents_that_have_changed_are_reported_on(shell: Shell) -> None:
    import subprocess

    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words],
            cwd=shell.folder,
            check=True,
            capture_output=True,
        )

    (shell.folder / ".git").rmdir()
    git("init", "-q")
    shell.write("a.md", fenced("python", LOOP))
    shell.write("b.md", "old\n")
    git("add", ".")
    git("commit", "-qm", "a")
    shell.write("b.md", fenced("python", LOOP))
    run = shell("check", "--since", "HEAD", "--output", "concise", "--fail-on", "never")
    assert "b.md:7" in run.stdout
    assert "a.md" not in run.stdout


def page(name: str) -> str:
    return (PAGES / name).read_text()


def test_a_page_that_sets_the_claims_and_never_the_role_is_told_so(project: Project) -> None:
    project.write("docs/rls.md", page("claims-without-role.md"))
    assert project.said() == ["docs/rls.md:26 claims-without-role", "docs/rls.md:34 claims-without-role"]
    python, sql = (it.finding for it in project.session().report.kept)
    text = project.session().sources["docs/rls.md"].text
    assert text[python.span.start : python.span.end].startswith("tx.execute_raw(")
    assert text[sql.span.start : sql.span.end].startswith("SELECT set_config(")
    assert text[sql.related[0].span.start : sql.related[0].span.end] == "SELECT id, body FROM notes"
    assert "SET LOCAL ROLE" in python.message
    assert "SET LOCAL ROLE" in sql.message


def test_a_page_that_sets_the_role_as_well_is_right(project: Project) -> None:
    project.write("docs/rls.md", page("claims-with-role.md"))
    assert project.said() == []


def test_the_policies_of_a_page_are_known_to_its_code(project: Project) -> None:
    table = "CREATE TABLE notes (id uuid PRIMARY KEY, owner_id uuid NOT NULL, body text);\n"
    text = page("claims-without-role.md").replace(
        "ALTER TABLE notes ENABLE", f"{table}ALTER TABLE notes ENABLE"
    )
    project.write("docs/rls.md", text.replace("ALTER TABLE notes FORCE ROW LEVEL SECURITY;\n", ""))
    messages = [
        it.finding.message for it in project.session().report.kept if it.rule == "claims-without-role"
    ]
    assert len(messages) == 2
    assert all('policy "own_notes" of notes is not enforced' in it for it in messages)


def test_policies_of_another_page_are_another_pages(project: Project) -> None:
    project.write("docs/a.md", page("claims-with-role.md"))
    project.write("docs/b.md", page("claims-without-role.md"))
    assert project.said() == ["docs/b.md:26 claims-without-role", "docs/b.md:34 claims-without-role"]


# Pieces of programs: nothing in them says what their names are.
PIECES = {
    "psycopg": """\
with conn.transaction():
    conn.execute("SELECT set_config('request.jwt.claims', %s, true)", (claims,))
    rows = conn.execute("SELECT id FROM notes").fetchall()
""",
    "asyncpg": """\
async with conn.transaction():
    await conn.execute("SELECT set_config('request.jwt.claims', $1, true)", claims)
    return await conn.fetch("SELECT id FROM notes")
""",
    "django": """\
with transaction.atomic(), connection.cursor() as cursor:
    cursor.execute("SELECT set_config('request.jwt.claims', %s, true)", [claims])
    cursor.execute("SELECT id FROM notes")
""",
    "prisma": """\
async with db.tx() as tx:
    await tx.execute_raw("SELECT set_config('request.jwt.claims', $1, true)", claims)
    return await tx.query_raw("SELECT id FROM notes")
""",
}


@pytest.mark.parametrize("library", PIECES)
def test_a_piece_of_a_program_is_understood_by_what_it_calls(project: Project, library: str) -> None:
    project.write("a.md", "Set the claims:\n\n" + fenced("python", PIECES[library], "  "))
    assert project.said() == ["a.md:5 claims-without-role"]


def test_a_piece_of_a_program_has_what_the_page_has_imported(project: Project) -> None:
    use = (
        "with session.begin():\n"
        """    session.execute(text("SELECT set_config('request.jwt.claims', :c, true)"), {"c": claims})\n"""
        """    return session.execute(text("SELECT id FROM notes")).all()\n"""
    )
    begin = fenced("python", "import json\nfrom sqlalchemy import text\n\nsession = Session()")
    project.write("a.md", begin + "\nThen:\n\n" + fenced("python", use))
    assert project.said() == ["a.md:12 claims-without-role"]
    (diagnostic,) = project.session().report.kept
    span = diagnostic.finding.span
    assert project.session().sources["a.md"].text[span.start : span.end].startswith("session.execute(text(")


@pytest.mark.parametrize(
    "sql",
    [
        "BEGIN;\nSELECT set_config('role', 'app', true), set_config('app.user_id', '2', true);\n"
        "SELECT * FROM notes;\nCOMMIT;",
        "SET ROLE app;\nSET app.user_id = '2';\nSELECT * FROM notes;",
        "SELECT set_config('request.jwt.claims', '{}', true);",
        "SET LOCAL app.user_id = '7';\nUPDATE notes SET body = '' WHERE id = 1;",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$\n"
        "SELECT set_config('request.jwt.claims', '', true); SELECT * FROM notes; $$;",
        "SET hnsw.ef_search = 100;\nSELECT * FROM notes;",
        "SELECT set_config('request.jwt.claims', '{\"role\": \"service_role\"}', true);\nUPDATE notes SET body = '';",
        "\\c notes app\nSELECT set_config('request.jwt.claims', '{}', true);\nSELECT * FROM notes;",
    ],
)
def test_settings_that_are_right_or_no_claims_are_left_alone(project: Project, sql: str) -> None:
    project.write("a.md", fenced("sql", sql))
    assert project.said() == []


def test_a_page_that_gives_the_program_a_role_of_its_own_is_right(project: Project) -> None:
    sql = (
        "CREATE TABLE notes (id int PRIMARY KEY, owner uuid NOT NULL);\n"
        "ALTER TABLE notes ENABLE ROW LEVEL SECURITY;\n"
        "CREATE POLICY own ON notes USING (owner = current_setting('app.owner')::uuid);\n"
    )
    asked = fenced("sql", "BEGIN;\nSET LOCAL app.owner = '7';\nSELECT * FROM notes;\nCOMMIT;")
    project.write("a.md", fenced("sql", sql) + asked)
    assert project.said() == ["a.md:8 claims-without-role"]
    role = "CREATE ROLE app LOGIN;\nGRANT SELECT ON notes TO app;\n"
    project.write("a.md", fenced("sql", sql + role) + asked)
    assert project.said() == []


OPEN = {
    "user-metadata-in-policy": "CREATE POLICY admins ON orders TO authenticated\n"
    "  USING (auth.jwt() -> 'user_metadata' ->> 'role' = 'admin');",
    "setting-bypasses-policy": "CREATE POLICY own ON orders\n"
    "  USING (current_setting('app.bypass', true) = 'on' OR owner = current_setting('app.user')::uuid);",
    "policy-fails-open": "CREATE POLICY own ON orders\n"
    "  USING (current_setting('app.user', true) IS NULL OR owner = current_setting('app.user', true)::uuid);",
    "policy-recursion": "CREATE POLICY team ON members\n"
    "  USING (team IN (SELECT team FROM members WHERE person = auth.uid()));",
    "check-drops-tenant": "CREATE POLICY own ON orders FOR UPDATE\n  USING (owner = auth.uid()) WITH CHECK (true);",
}


@pytest.mark.parametrize("rule", OPEN)
def test_a_policy_is_judged_without_its_table(project: Project, rule: str) -> None:
    project.write("a.md", "# Policies\n\n- one:\n\n" + fenced("sql", OPEN[rule], "  "))
    assert [it.partition(" ")[2] for it in project.said()] == [rule]
    (diagnostic,) = project.session().report.kept
    assert project.session().sources["a.md"].position(diagnostic.finding.span.start)[0] in (6, 7)


@pytest.mark.parametrize(
    "sql",
    [
        # What is public is meant to be.
        "CREATE POLICY everybody ON profiles FOR SELECT USING (true);\n"
        "CREATE POLICY own ON profiles FOR UPDATE USING (auth.uid() = person);",
        # Two ways to write one policy.
        "CREATE POLICY own ON orders USING (owner = current_user);\n"
        "CREATE POLICY theirs ON orders USING (owner = current_setting('app.user')::uuid);",
        # Row-level security, its owner, indexes and further policies are elsewhere.
        "CREATE TABLE orders (id int PRIMARY KEY, owner uuid NOT NULL);\n"
        "CREATE POLICY own ON orders FOR INSERT WITH CHECK (owner = auth.uid());",
        "ALTER TABLE orders ENABLE ROW LEVEL SECURITY;",
        "ALTER TABLE orders DISABLE ROW LEVEL SECURITY;",
        "CREATE ROLE reports BYPASSRLS;\nGRANT ALL ON ALL TABLES IN SCHEMA public TO anon;",
        "CREATE VIEW mine AS SELECT * FROM orders;",
    ],
)
def test_what_a_page_shows_of_policies_may_be_a_part_of_them(project: Project, sql: str) -> None:
    project.write("a.md", fenced("sql", sql))
    assert project.said() == []


def test_who_owns_a_table_that_the_page_does_not_make_nobody_knows(project: Project) -> None:
    policy = "CREATE POLICY own ON orders USING (owner = current_setting('app.user')::uuid);"
    asked = "BEGIN;\nSET LOCAL app.user = '7';\nSELECT * FROM orders;\nCOMMIT;"
    project.write("a.md", fenced("sql", policy) + fenced("sql", asked))
    assert project.said() == []


def test_a_document_that_is_named_is_what_is_reported_on(project: Project) -> None:
    project.write("a.md", fenced("python", LOOP))
    project.write("b.md", fenced("python", LOOP))
    report = Session([project.folder / "a.md"], Choices()).report
    assert [it.finding.span.path for it in report.kept] == ["a.md"]


def test_every_place_lies_in_its_document(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    # Every rule, with whatever it has to say of pieces.
    monkeypatch.setattr("crowsfoot.in_documents.speaks", lambda rule: True)
    blocks = [
        fenced("prisma", TWICE + "\nmodel A {\n  b B\n  c 'x'\n}", "  "),
        fenced(
            "sql",
            "CREATE TABLE a (id int, b int UNIQUE);\nCREATE INDEX i ON a (b);\nSET x.user_id = '1';",
            "> ",
        ),
        fenced(
            "python", ">>> for id in ids:\n...     conn.execute('SELECT 1 FROM a WHERE id = %s', (id,))\n1"
        ),
        fenced("diff-sql", "-SET app.user = '1';\n+SET LOCAL app.user = '1';\n SELECT * FROM a;", "\t"),
    ]
    project.write("a.md", "\n".join(blocks))
    project.write("b.md", "".join(blocks).replace("\n", "\r\n"))
    session = project.session(select=("all",), min_confidence="possible")  # type: ignore[arg-type]
    assert not session.report.failures
    assert len({it.finding.span for it in session.report.kept}) > 5
    for it in session.report.kept:
        spans = [it.finding.span, *(each.span for each in (*it.finding.related, *it.finding.flow))]
        spans += [each.span for each in it.finding.fix.edits] if it.finding.fix else []
        for span in spans:
            assert 0 <= span.start <= span.end <= len(session.sources[span.path].text)


def test_a_block_that_we_fail_on_costs_what_it_says(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crowsfoot import frontends

    read = frontends.read

    def fragile(source: Source, *dialect: object) -> object:
        if "boom" in source.text:
            raise ZeroDivisionError("oh")
        return read(source, *dialect)  # type: ignore[arg-type]

    monkeypatch.setattr(frontends, "read", fragile)
    project.write("a.md", fenced("sql", "boom") + fenced("python", LOOP))
    report = project.session().report
    assert [it.rule for it in report.kept] == ["query-in-loop"]
    assert ["ZeroDivisionError: oh" in it for it in report.failures] == [True]
    assert report.failures[0].startswith("a.md: ")


def test_only_rules_that_judge_by_what_is_there_speak() -> None:
    spoken = {name for name, rule in RULES.items() if speaks(rule)}
    assert spoken == OF_A_BLOCK | OF_A_PAGE, "a rule is named that there is not"
    assert {RULES[it].category for it in OF_A_PAGE} == {"security"}
    assert {RULES[it].category for it in OF_A_BLOCK} == {"files", "indexes", "queries"}
    assert (
        not {"unindexed-foreign-key", "schema-drift", "missing-lock-timeout", "unresolved-relation"} & spoken
    )


@pytest.mark.parametrize(
    "block",
    [
        fenced("sql", "SET" + "\n" * 500_000 + "x"),
        fenced("sql", "BEGIN;\n" + "SET a.user = '1';\n" * 5_000 + "SELECT 1 FROM a;"),
        fenced("sql", "CREATE POLICY p ON a USING (true);\n" * 3_000),
        fenced("python", "x.execute('SELECT 1')\n" * 3_000),
        "\n>" * 100_000 + "\n" + fenced("sql", "SET a.user = '1';"),
    ],
    ids=["blank lines", "settings", "policies", "calls", "quotes"],
)
def test_hostile_blocks_are_judged_like_any_other(project: Project, block: str) -> None:
    project.write("a.md", block)
    assert all(it.startswith("a.md:") for it in project.said())


def test_ten_thousand_blocks_are_judged_one_by_one(project: Project) -> None:
    project.write("a.md", fenced("prisma", "model A {\n  id Int @id\n}") * 9_999 + fenced("prisma", TWICE))
    assert project.said() == [f"a.md:{9_999 * 5 + 7} duplicate-index"]
