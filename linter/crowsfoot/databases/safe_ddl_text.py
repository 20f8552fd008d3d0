"""Facts of SQL -> the text of PostgreSQL that says them."""

from crowsfoot.facts.sql import ColumnDef, Constraint, CreateIndex, IndexKey, ObjectName, TypeName

_LIMIT = 63  # bytes of a name


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def qualified(name: ObjectName) -> str:
    return f"{quoted(name.schema)}.{quoted(name.name)}" if name.schema else quoted(name.name)


def shortened(name: str) -> str:
    """The name as PostgreSQL would store it."""
    return name.encode()[:_LIMIT].decode(errors="ignore")


def listed(columns: tuple[str, ...]) -> str:
    return ", ".join([quoted(it) for it in columns])


def type_sql(type: TypeName) -> str:
    """PostgreSQL's own types are words that quotes would break, and the user's may need them."""
    text = str(type)
    if not type.schema and (type.name == type.name.lower() and type.name.replace(" ", "").isidentifier()):
        return text
    name = f"{quoted(type.schema)}.{quoted(type.name)}" if type.schema else quoted(type.name)
    return name + text[len(type.name) :]


def column_sql(column: ColumnDef) -> str:
    """The column with neither default nor constraints."""
    collation = f" COLLATE {quoted(column.collation)}" if column.collation else ""
    return f"{quoted(column.name)} {type_sql(column.type)}{collation}"


def constraint_sql(it: Constraint, name: str) -> str:
    """A CHECK or a foreign key, after ADD."""
    start = f"CONSTRAINT {quoted(name)}"
    if it.check is not None:
        return f"{start} CHECK {bracketed(it.check.text)}"
    parts = [f"{start} FOREIGN KEY ({listed(it.columns)})"]
    if it.references is not None:
        columns = f" ({listed(it.references.columns)})" if it.references.columns else ""
        parts.append(f"REFERENCES {qualified(it.references.table)}{columns}")
        if it.references.on_delete != "NO ACTION":
            parts.append(f"ON DELETE {it.references.on_delete}")
        if it.references.on_update != "NO ACTION":
            parts.append(f"ON UPDATE {it.references.on_update}")
    if it.deferrable:
        parts.append("DEFERRABLE INITIALLY DEFERRED" if it.deferred else "DEFERRABLE")
    return " ".join(parts)


def index_sql(
    it: CreateIndex,
    name: str | None = None,
    table: ObjectName | None = None,
    *,
    concurrently: bool = False,
    only: bool = False,
) -> str:
    """CREATE INDEX; name and table are others than the fact's, where they are given."""
    called = name or it.name
    words = ["CREATE UNIQUE INDEX" if it.unique else "CREATE INDEX"]
    if concurrently:
        words.append("CONCURRENTLY")
    if called is not None:
        if it.if_not_exists:
            words.append("IF NOT EXISTS")
        words.append(quoted(called))
    words.append(f"ON {'ONLY ' if only else ''}{qualified(table or it.table)}")
    if it.method != "btree":
        words.append(f"USING {it.method}")
    words.append(f"({', '.join([_key(key) for key in it.keys])})")
    if it.include:
        words.append(f"INCLUDE ({listed(it.include)})")
    if not it.nulls_distinct:
        words.append("NULLS NOT DISTINCT")
    if it.predicate is not None:
        words.append(f"WHERE {it.predicate.text}")
    return " ".join(words)


def _key(it: IndexKey) -> str:
    if it.column is not None:
        words = [quoted(it.column)]
    else:
        words = [bracketed(it.expression.text if it.expression is not None else "")]
    if it.collation:
        words.append(f"COLLATE {quoted(it.collation)}")
    if it.opclass:
        words.append(it.opclass)
    if it.descending:
        words.append("DESC")
    if it.nulls is not None:
        words.append(f"NULLS {it.nulls.upper()}")
    return " ".join(words)


def bracketed(text: str) -> str:
    """The text in brackets, if it does not stand in a pair of its own."""
    if text.startswith("(") and text.endswith(")"):
        depth = 0
        for index, char in enumerate(text):
            depth += (char == "(") - (char == ")")
            if not depth:
                if index == len(text) - 1:
                    return text
                break
    return f"({text})"
