"""What each database does by itself: who indexes foreign keys, who treats nulls alike.

Measured on PostgreSQL 15 and 18, MariaDB 10.11 and SQLite 3.40; SQL Server, CockroachDB and MongoDB
from their documentation.
"""

# InnoDB creates an index for a foreign key unless one already starts with its columns in order.
# Source: https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html (measured on MariaDB 10.11)
INDEXES_FOREIGN_KEYS = frozenset({"mysql"})

# A unique index holds two rows with NULL in PostgreSQL, MySQL and SQLite. SQL Server allows one,
# MongoDB takes a missing field for a value.
# Source: https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-UNIQUE-CONSTRAINTS
# Source: https://learn.microsoft.com/sql/relational-databases/tables/unique-constraints-and-check-constraints
NULLS_DISTINCT = frozenset({"postgresql", "cockroachdb", "mysql", "sqlite"})

# Where the order of a foreign key's columns in its index matters to the constraint itself.
# Source: https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html
ORDERED_FOREIGN_KEY_INDEXES = frozenset({"mysql"})

# A secondary index ends with the primary key: one on (x) serves ORDER BY x, id, and one on (x, y) does not
# (measured on MariaDB 10.11 and SQLite 3.40).
# Source: https://dev.mysql.com/doc/refman/8.4/en/innodb-index-types.html
APPENDS_PRIMARY_KEY = frozenset({"mysql", "sqlite"})

# Databases whose tables have rows, foreign keys and indexes as SQL knows them.
RELATIONAL = frozenset({"postgresql", "cockroachdb", "mysql", "sqlite", "sqlserver"})

# SQL Server refuses two cascade paths between the same two tables (error 1785).
# Source: https://learn.microsoft.com/sql/relational-databases/errors-events/mssqlserver-1785-database-engine-error
REFUSES_CASCADE_PATHS = frozenset({"sqlserver"})

PARTIAL_INDEXES = frozenset({"postgresql", "cockroachdb", "sqlite", "sqlserver"})

# By the product's name: databases in which foreign keys cannot be switched off as a whole.
ALWAYS_HAS_FOREIGN_KEYS = {
    "postgresql": "PostgreSQL",
    "cockroachdb": "CockroachDB",
    "sqlserver": "SQL Server",
}
