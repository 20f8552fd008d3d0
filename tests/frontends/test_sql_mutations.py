"""Broken SQL files: reading never raises, every place lies in the text, and facts survive encoding."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crowsfoot.facts.sql import SqlFile
from crowsfoot.frontends.sql import read
from crowsfoot.source import Range

_FILES = [
    dedent("""\
        /*
          Warnings:

          - You are about to drop the column `é` on the `T` table.
        */
        -- crowsfoot: allow a-rule -- so
        CREATE TABLE IF NOT EXISTS "s"."T" (
          "id" bigserial PRIMARY KEY, -- one
          "größe" numeric(10, 2)[] NOT NULL DEFAULT '{}' CHECK ("größe" <> '{1}'),
          b text COLLATE "C" GENERATED ALWAYS AS (lower("c" || 'x')) STORED,
          r int REFERENCES o (id) ON DELETE CASCADE DEFERRABLE,
          EXCLUDE USING gist (a WITH =, (b) WITH &&) WHERE (c > 1), LIKE m INCLUDING ALL
        ) PARTITION BY RANGE (a, (b || c));
        CREATE UNIQUE INDEX CONCURRENTLY "I" ON "s"."T" USING gin ((a + 1) DESC, lower(b) ops) WHERE c IS NULL;
        ALTER TABLE IF EXISTS t ADD a int, ALTER b TYPE "E"[] USING b::text::"E"[], DROP c CASCADE,
          ADD CONSTRAINT k FOREIGN KEY (a, b) REFERENCES o NOT VALID, ALTER d SET DEFAULT now() /* x */;
        ALTER TYPE "E" ADD VALUE 'it''s' BEFORE 'b'; CREATE TYPE "E" AS ENUM ('a', 'b');
        DROP INDEX CONCURRENTLY IF EXISTS a, "s"."b"; COMMENT ON COLUMN a.b.c IS 'x';
        """),
    dedent("""\
        INSERT INTO t (a, b) VALUES ('x', 1), (E'\\'', (SELECT max(b) FROM u)) ON CONFLICT DO NOTHING;
        WITH w AS (DELETE FROM o RETURNING *) UPDATE t SET a = CASE b WHEN 'c' THEN 1 END FROM w WHERE d IN ('é');
        CREATE OR REPLACE VIEW v AS SELECT *, count(*) AS n FROM a JOIN b USING (c) ORDER BY n WITH CHECK OPTION;
        DO $$ DECLARE r record; BEGIN
          IF NOT EXISTS (SELECT 1) THEN ALTER TABLE t ADD a int; ELSE EXECUTE 'DROP TABLE t'; END IF;
          FOR r IN SELECT * FROM t LOOP PERFORM f(r.a); END LOOP;
        EXCEPTION WHEN others THEN NULL; END $$;
        CREATE FUNCTION f(a int) RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $f$
        BEGIN new.b := 'é'; INSERT INTO t SELECT 1 INTO x; RETURN new; END $f$;
        CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END;
        """).replace("\n", "\r\n"),
    dedent("""\
        -- +goose Up
        \\set x 1
        COPY t (a) FROM stdin;
        1\tit's
        \\.
        GRANT SELECT (a) ON TABLE t TO joe; CREATE POLICY p ON t USING (a = current_user);
        CREATE TRIGGER g AFTER UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION f(); SET LOCAL lock_timeout = '5s';
        MERGE INTO t USING s ON t.i = s.i WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (1);
        CREATE SCHEMA s CREATE TABLE t (a int); CREATE DOMAIN d AS int CHECK (value > 1); REINDEX TABLE t;
        -- +goose Down
        DROP TABLE t;
        """),
]
_PIECES = st.sampled_from(
    [
        *(
            "'",
            '"',
            "$$",
            "$f$",
            "--",
            "/*",
            "*/",
            ";",
            ",",
            "(",
            ")",
            "::",
            ".",
            "\\",
            "\0",
            "\n",
            "\r",
            "é",
            "😀",
        ),
        *(
            "\ud800",
            "E'",
            " AS ",
            " SELECT ",
            " BEGIN ",
            " END ",
            " ATOMIC ",
            " INTO ",
            " NULL ",
            " FROM ",
            " IF ",
        ),
        *(
            "x",
            "1",
            " LOOP ",
            " EXECUTE ",
            " TABLE ",
            " ALTER TABLE t ",
            " DEFAULT ",
            "[",
            "]",
            "=",
            " WITH ",
        ),
    ]
)


def places(file: SqlFile) -> Iterator[Range]:
    waiting: list[object] = [file]
    while waiting:
        it = waiting.pop()
        if isinstance(it, Range):
            yield it
        elif isinstance(it, tuple):
            waiting += it
        elif isinstance(it, msgspec.Struct):
            waiting += [getattr(it, name) for name in it.__struct_fields__]


def check(text: str) -> None:
    file = read(text, "postgresql")
    for place in places(file):
        assert 0 <= place.start <= place.end <= len(text)
    encodable = "\ud800" not in text
    if encodable:
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(file), type=SqlFile) == file


@st.composite
def mutated(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(_FILES))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(_PIECES | st.just("")) + text[at + draw(st.integers(0, 12)) :]
    return text[: draw(st.integers(0, len(text)))] if draw(st.booleans()) else text


@given(mutated())
@settings(max_examples=400)
def test_a_mutated_file_is_read(text: str) -> None:
    check(text)


@given(st.text(max_size=60) | st.lists(_PIECES, max_size=30).map("".join))
@settings(max_examples=300)
def test_any_text_is_read(text: str) -> None:
    check(text)


@pytest.mark.parametrize("text", _FILES)
def test_a_file_can_end_anywhere(text: str) -> None:
    for end in range(0, len(text), 7):
        check(text[:end])


@given(st.data())
@settings(max_examples=100)
def test_a_mutated_migration_is_read(corpus: Path, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(_migrations(corpus)))
    at = data.draw(st.integers(0, len(text)))
    check(text[:at] + data.draw(_PIECES | st.just("")) + text[at + data.draw(st.integers(0, 30)) :])


def _migrations(corpus: Path) -> list[str]:
    if not _TEXTS:
        paths = sorted((corpus / "corpus/apps").rglob("*.sql"))
        _TEXTS.extend(it.read_bytes().decode() for it in paths if it.stat().st_size < 20_000)
    return _TEXTS


_TEXTS: list[str] = []
