"""Shell text to commands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowsfoot.frontends.shell.commands import commands
from crowsfoot.frontends.shell.words import simple_commands


def words(text: str) -> list[list[str]]:
    return [[it.text for it in line] for line in simple_commands(text, 0, len(text))]


def prisma(text: str) -> list[str]:
    found = commands(text, 0, len(text))
    return [" ".join(it.text for it in command.words) for command in found if command.kind == "prisma"]


def only(text: str, kind: str) -> list[tuple[str, str | None, str | None]]:
    return [
        (" ".join(it.text for it in command.words), command.directory, command.package)
        for command in commands(text, 0, len(text))
        if command.kind == kind
    ]


def test_operators_and_line_ends_separate_commands() -> None:
    assert words("a b && c || d; e | f & g\nh") == [["a", "b"], ["c"], ["d"], ["e"], ["f"], ["g"], ["h"]]


def test_a_backslash_at_the_end_of_a_line_goes_on_below() -> None:
    assert words("a \\\n  b \\\r\n  c") == [["a", "b", "c"]]


def test_quotes_hold_words_together_and_are_left_out() -> None:
    assert words("""a 'b c' "d && e" f"g"h""") == [["a", "b c", "d && e", "fgh"]]


def test_a_quote_without_an_end_is_a_character() -> None:
    assert words("echo don't\nnext") == [["echo", "don't"], ["next"]]


def test_comments_are_left_out_and_a_number_sign_inside_of_a_word_is_none() -> None:
    assert words("a # b\n# c\nd#e") == [["a"], ["d#e"]]


def test_redirections_are_no_words() -> None:
    assert words("a >out.log 2>&1 < in b 2>/dev/null") == [["a", "b"]]


def test_a_here_document_is_only_read_where_a_shell_gets_it() -> None:
    assert prisma("cat > x <<EOF\nnpx prisma db push\nEOF\nnpx prisma migrate deploy") == ["migrate deploy"]
    assert prisma("ssh me@host \"bash -s\" << 'EOF'\nnpx prisma db push\nEOF\n") == ["db push"]


def test_a_here_document_without_an_end_swallows_the_rest() -> None:
    assert prisma("cat <<EOF\nnpx prisma db push") == []


@pytest.mark.parametrize(
    "text",
    [
        "prisma db push",
        "npx prisma db push",
        "npx --yes prisma@6.5.0 db push",
        "pnpm dlx prisma@latest db push",
        "pnpm --filter api exec prisma db push",
        "yarn workspace api prisma db push",
        "bunx prisma db push",
        "python -m prisma db push",
        "poetry run prisma db push",
        "blitz prisma db push",
        "./node_modules/.bin/prisma db push",
        "node node_modules/prisma/build/index.js db push",
        "dotenv -e .env.production -- npx prisma db push",
        "DATABASE_URL=$URL timeout 60 npx prisma db push",
        "docker compose exec api npx prisma db push",
        "if ! npx prisma db push; then exit 1; fi",
        'sh -c "npx prisma db push"',
        'bash -lc "cd /app && exec npx prisma db push"',
        "ssh me@host 'cd app && npx prisma db push'",
        'fly ssh console -C "npx prisma db push"',
        'node run.js \\"cp a b && npx prisma db push\\"',
        "(npx prisma db push)",
        "@npx prisma db push",
        "-npx prisma db push",
        "until npx prisma db push >/dev/null 2>&1; do sleep 1; done",
    ],
)
def test_whatever_launches_it_the_command_is_found(text: str) -> None:
    assert prisma(text) == ["db push"]


@pytest.mark.parametrize(
    "text",
    [
        "echo npx prisma db push",
        'echo "run npx prisma db push"',
        "# npx prisma db push",
        'git commit -m "prisma db push"',
        "npm install prisma db",
        "npx prisma generate",
        "npx prisma",
        "grep -r 'prisma db push' .",
        "my-prisma db push",
        'if [ -n "$(grep prisma db push)" ]; then true; fi',
    ],
)
def test_what_only_speaks_of_the_command_does_not_run_it(text: str) -> None:
    assert prisma(text) == []


def test_a_command_stands_where_it_was_written() -> None:
    text = 'set -e\nsh -c "npx prisma db push --accept-data-loss"\n'
    (command,) = commands(text, 0, len(text))
    assert text[command.range.start : command.range.end] == "prisma db push --accept-data-loss"
    assert [text[it.range.start : it.range.end] for it in command.words] == [
        "db",
        "push",
        "--accept-data-loss",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("npm run build", ("build", None, None)),
        ("npm start", ("start", None, None)),
        ("npm --prefix apps/api run db:push", ("db:push", "apps/api", None)),
        ("npm run migrate -w @acme/db", ("migrate", None, "@acme/db")),
        ("yarn db:push", ("db:push", None, None)),
        ("yarn --cwd web build", ("build", "web", None)),
        ("yarn workspace @acme/db push", ("push", None, "@acme/db")),
        ("pnpm db:push", ("db:push", None, None)),
        ("pnpm --filter=@acme/db run push", ("push", None, "@acme/db")),
        ("pnpm -C packages/db push", ("push", "packages/db", None)),
        ("bun run db:push", ("db:push", None, None)),
        ("cd packages/db && npm run push", ("push", "packages/db", None)),
        ("run-s generate db:push", ("generate db:push", None, None)),
    ],
)
def test_a_call_of_a_script_is_found(text: str, found: tuple[str, str | None, str | None]) -> None:
    assert only(text, "script") == [found]


@pytest.mark.parametrize(
    "text", ["npm ci", "npm install", "pnpm install", "yarn", "npm test:x", "pnpm dlx cowsay"]
)
def test_what_a_package_manager_does_itself_is_no_script(text: str) -> None:
    assert only(text, "script") == []


@pytest.mark.parametrize("text", ["sh ./start.sh", "./start.sh", "bash -e ./start.sh now", ". ./start.sh"])
def test_a_call_of_a_shell_script_is_found(text: str) -> None:
    assert only(text, "file") == [("./start.sh", None, None)]


def test_a_script_that_is_only_copied_is_not_called() -> None:
    assert only("cp start.sh /app && chmod +x start.sh", "file") == []


@pytest.mark.parametrize(
    "text",
    [
        "docker compose up -d db",
        "docker-compose up -d",
        "docker run -d -p 5432:5432 postgres:16",
        "supabase start",
        "sudo service postgresql start",
        "npx supabase start",
    ],
)
def test_a_database_of_ones_own_is_seen(text: str) -> None:
    assert only(text, "database")


@pytest.mark.parametrize("text", ["docker run -d nginx", "docker build .", "service nginx start"])
def test_other_services_are_no_database(text: str) -> None:
    assert not only(text, "database")


@pytest.mark.parametrize(
    "text",
    [
        "DATABASE_URL=postgresql://u:p@localhost:5432/x npx prisma db push",
        "DATABASE_URL='mysql://root@127.0.0.1/x' npx prisma db push",
        "DIRECT_URL=postgres://u:p@db:5432/x npx prisma db push",
        "DATABASE_URL=file:./test.db npx prisma db push",
        "cross-env DATABASE_URL=file:./test.db prisma db push",
        "export DATABASE_URL=postgres://u@localhost/x\nnpx prisma db push",
    ],
)
def test_an_address_on_the_same_machine_is_seen(text: str) -> None:
    assert [it.local for it in commands(text, 0, len(text)) if it.kind == "prisma"] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "DATABASE_URL=postgresql://u:p@db.acme.com:5432/x npx prisma db push",
        "DATABASE_URL=$PROD_URL npx prisma db push",
        "CACHE_URL=redis://localhost npx prisma db push",
    ],
)
def test_any_other_address_is_not(text: str) -> None:
    assert [it.local for it in commands(text, 0, len(text)) if it.kind == "prisma"] == [False]


@pytest.mark.parametrize(
    "text",
    [
        "next dev",
        "npx nodemon x.js",
        "nest start --watch",
        "node --watch x.js",
        "tsx watch x.ts",
    ],
)
def test_a_server_for_developers_is_seen(text: str) -> None:
    assert only(text, "development")


@pytest.mark.parametrize("text", ["next start", "node server.js", "nest start", "next build", "echo dev"])
def test_any_other_server_is_not(text: str) -> None:
    assert not only(text, "development")


PIECES = st.sampled_from(
    (
        *("npx prisma db push", "npm run x", "sh -c ", "ssh h ", "cd a", "A=b", "x", "2"),
        *("'", '"', "`", "$(", ")", "(", "${{", "}}", "\\", "#", "<<EOF", "EOF", ">", ";", "&&"),
        *(" ", "\n", "\r", "\f", "\u2028", "🌱"),
    )
)


@given(st.lists(PIECES, max_size=40))
def test_every_range_lies_inside_of_the_text(pieces: list[str]) -> None:
    text = "".join(pieces)
    for command in commands(text, 0, len(text)):
        for place in (command.range, *(it.range for it in command.words)):
            assert 0 <= place.start <= place.end <= len(text)


@pytest.mark.parametrize(
    "piece",
    [
        "'",
        '"',
        "`",
        "$(",
        "${{",
        "(",
        "\\",
        "<<E ",
        '"a ',
        "sh -c 'a ",
        "\n<<E\n",
        "a\\\n",
        "A=b ",
        "\f",
        "'x y",
    ],
)
def test_what_has_no_end_is_read_in_linear_work(piece: str) -> None:
    # 100,000 pieces: quadratic work would not come to an end.
    text = piece * 100_000
    assert sum(1 for _ in commands(text, 0, len(text))) == 0
