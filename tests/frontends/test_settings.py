"""prisma.config.* and package.json to schema locations."""

from textwrap import dedent

import pytest

from crowsfoot.facts import SchemaLocation
from crowsfoot.frontends.settings import read_config, read_package


def config(body: str) -> SchemaLocation:
    return read_config(
        "import { defineConfig } from 'prisma/config'\nexport default defineConfig({" + body + "})\n"
    )


def schema(value: str) -> str | None:
    found = config(f"schema: {value}").schema
    return None if found is None else found.text


@pytest.mark.parametrize(
    "value",
    [
        "'prisma/schema.prisma'",
        '"prisma/schema.prisma"',
        "`prisma/schema.prisma`",
        "path.join('prisma', 'schema.prisma')",
        'path.join(__dirname, "prisma", "schema.prisma")',
        "path.join(import.meta.dirname, 'prisma', './schema.prisma',)",
        "path.resolve(__dirname, 'prisma/schema.prisma')",
        "path.resolve('prisma', 'schema.prisma')",
        "join('prisma', 'schema.prisma')",
        "/* where */ 'prisma/schema.prisma' // here",
    ],
)
def test_a_plain_path_is_read(value: str) -> None:
    assert schema(value) == "prisma/schema.prisma"


@pytest.mark.parametrize(
    "value",
    [
        "`${base}/schema.prisma`",
        "base + '/schema.prisma'",
        "process.env.SCHEMA",
        "process.env.SCHEMA ?? 'schema.prisma'",
        "path.join(base, 'schema.prisma')",
        "path.join('a' + 'b')",
        "path.join()",
        "path.join('a',, 'b')",
        "path.dirname('a')",
        "fs.join('a')",
        "['a']",
        "local ? 'a' : 'b'",
        "'\\x61'",
        "",
    ],
)
def test_anything_else_is_unknown(value: str) -> None:
    assert schema(value) is None


def test_escapes_of_quotes_and_backslashes_are_resolved() -> None:
    assert schema(r"'it\'s\\here'") == r"it's\here"


def test_all_settings_are_read_wherever_they_stand() -> None:
    text = dedent("""
        import path from 'node:path'
        import { defineConfig, env } from 'prisma/config'

        // schema: 'commented/out.prisma'
        export default defineConfig({
          earlyAccess: true,
          /* schema: 'also/commented.prisma', */
          datasource: {
            url: "postgresql://localhost/shop", // crowsfoot: allow a-rule -- local
            shadowDatabaseUrl: env('SHADOW'),
          },
          migrations: { seed: 'tsx seed.ts', path: path.join('db', 'migrations') },
          'schema': 'db/schema',
          async adapter() { return { schema: 'not this' } },
          studio: { adapter: async () => ({ schema: 'nor this' }) },
        })
    """)
    found = read_config(text)
    assert found.schema is not None
    assert found.migrations is not None
    assert found.datasource_url is not None
    assert (found.schema.text, found.migrations.text) == ("db/schema", "db/migrations")
    assert found.datasource_url.text == "postgresql://localhost/shop"
    assert text[found.schema.range.start : found.schema.range.end] == "'db/schema'"
    assert text[found.migrations.range.start : found.migrations.range.end] == "path.join('db', 'migrations')"
    assert [(it.rules, it.reason) for it in found.comments] == [(("a-rule",), "local")]


@pytest.mark.parametrize(
    "text",
    [
        "export default { schema: 'a' }",
        "export default { schema: 'a' } satisfies PrismaConfig",
        "module.exports = { schema: 'a' }",
        "module.exports = defineConfig({ schema: 'a' })",
        "const config: PrismaConfig = { schema: 'a' }\nexport default config",
        "const config = { schema: 'a' } as const\nmodule.exports = config",
        "const config = defineConfig({ schema: 'a' })\nexport default config",
    ],
)
def test_the_exported_object_is_found(text: str) -> None:
    found = read_config(text).schema
    assert found is not None
    assert found.text == "a"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "const other = { schema: 'a' }",
        "export default load()",
        "export default missing",
        "defineConfig({ nested: { schema: 'a' } })",
        "defineConfig({ schema",
        "defineConfig({ schema:",
        "defineConfig({",
        "export default",
        "// export default { schema: 'a' }",
        '"export default { schema: 1 }"',
        "}}}}{{{{",
        "'never closed",
    ],
)
def test_a_configuration_that_names_no_schema_says_nothing(text: str) -> None:
    assert read_config(text) == SchemaLocation()


def test_an_environment_variable_is_no_literal_url() -> None:
    assert config("datasource: { url: env('DATABASE_URL') }").datasource_url is None
    assert config("datasource: { url: process.env.DATABASE_URL! }").datasource_url is None


def test_package_json_names_the_schema_at_its_top_level() -> None:
    text = '{\n  "scripts": { "prisma": "prisma" },\n  "prisma": { "seed": "x", "schema": "db/schema.prisma" }\n}\n'
    found = read_package(text)
    assert found.schema is not None
    assert found.schema.text == "db/schema.prisma"
    assert text[found.schema.range.start : found.schema.range.end] == '"db/schema.prisma"'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "not json",
        '{ "prisma": "5.0.0" }',
        '{ "dependencies": { "prisma": "5.0.0" }, broken',
        '{ "jest": { "prisma": { "schema": "not this" } } }',
        '{ "prisma": { "schema": 1 } }',
        '{ "prisma": { "schema": null } }',
        '["prisma"]',
        "[" * 100_000 + '"prisma"',
    ],
)
def test_package_json_without_a_schema_says_nothing(text: str) -> None:
    assert read_package(text) == SchemaLocation()


def test_broken_json_is_a_problem_where_it_hides_the_schema() -> None:
    text = '{ "prisma": { "schema": "a", } }'
    found = read_package(text)
    assert found.schema is None
    (problem,) = found.problems
    assert text[problem.range.start : problem.range.end] == '"prisma"'
    assert problem.message.startswith("the schema location cannot be read: json is malformed")


def test_a_byte_order_mark_is_ignored_as_npm_does() -> None:
    found = read_package('\ufeff{ "prisma": { "schema": "a" } }').schema
    assert found is not None
    assert found.text == "a"


def test_deep_objects_are_passed_over() -> None:
    text = '{ "x": ' + '{ "a": 1, "b": ' * 500 + "2" + "}" * 500 + ', "prisma": { "schema": "db" } }'
    found = read_package(text).schema
    assert found is not None
    assert found.text == "db"
    assert read_config("export default " + "{ a: 1, b: " * 50_000) == SchemaLocation()
