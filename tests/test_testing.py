"""What the examples of a rule's documentation become."""

from crowsfoot.finding import Severity
from crowsfoot.link.project import Project
from crowsfoot.rule import Rule
from crowsfoot.testing import examples, wants


def documented(doc: str) -> list[dict[str, str]]:
    return examples(Rule("a", "b", doc, Project, lambda project: (), Severity.NOTE, "0.1", True))


def test_a_block_of_sql_is_a_folder_of_migrations() -> None:
    (files,) = documented(
        "```sql\nSELECT 1;\n-- next migration\nSELECT 2;\n-- next migration\nSELECT 3;\n```"
    )
    migrations = sorted(path for path in files if path.endswith("/migration.sql"))
    assert [files[path] for path in migrations] == ["SELECT 1;\n", "SELECT 2;\n", "SELECT 3;\n"]
    assert files["migrations/migration_lock.toml"] == 'provider = "postgresql"\n'
    assert 'provider = "postgresql"' in files["schema.prisma"]


def test_the_word_after_sql_is_the_provider() -> None:
    (files,) = documented("```sql mysql\nSELECT 1;\n```")
    assert files["migrations/migration_lock.toml"] == 'provider = "mysql"\n'
    assert 'provider = "mysql"' in files["schema.prisma"]


def test_a_comment_that_is_a_path_begins_that_file() -> None:
    (files,) = documented(
        "```sql\n-- migrations/2_b/migration.sql\nSELECT 2;\n-- migrations/10_a/migration.sql\nSELECT 1;\n```"
    )
    assert [path for path in files if path.endswith(".sql")] == [
        "migrations/2_b/migration.sql",
        "migrations/10_a/migration.sql",
    ]


def test_blocks_side_by_side_are_one_project() -> None:
    one, other = documented(
        '```toml\nselect = ["x"]\n```\n\n```prisma\nmodel A {}\n```\n\n```sql\nSELECT 1;\n```\n\nBut:\n\n```sql\nSELECT 2;\n```'
    )
    assert one["crowsfoot.toml"] == 'select = ["x"]\n'
    assert one["schema.prisma"].endswith("model A {}\n")
    assert "SELECT 1;\n" in one.values()
    assert "crowsfoot.toml" not in other


def test_two_blocks_of_one_language_are_two_projects() -> None:
    assert len(documented("```prisma\nmodel A {}\n```\n\n```prisma\nmodel B {}\n```")) == 2


def test_a_claim_counts_the_lines_of_its_own_file() -> None:
    (files,) = documented('```sql\nSELECT 1;\n-- next migration\nSELECT 2;\nSELECT 3; -- want "three"\n```')
    ((path, mark),) = wants(files)
    assert (path, mark.line) == ("migrations/20240102000000_step/migration.sql", 2)


def test_a_schema_with_a_datasource_stays_as_it_is() -> None:
    text = 'datasource db {\n  provider = "sqlite"\n}\n'
    (files,) = documented(f"```prisma\n{text}```")
    assert files == {"schema.prisma": text}
