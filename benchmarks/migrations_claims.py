"""What the rules of each tool claim, by its own words.

"work": existing rows are scanned, rewritten or indexed while others are locked out. "lock": others are locked
out, be it for a moment. "fails": PostgreSQL refuses the file. The rest claims none of these: style,
compatibility, loss of data, missing timeouts.

pgfence's statement-after-access-exclusive would claim locks, but says no place.
"""

CLAIMS: dict[str, dict[str, tuple[str, ...]]] = {
    "crowsfoot": {
        "work": (
            "blocking-maintenance",
            "check-without-not-valid",
            "constraint-builds-index",
            "foreign-key-without-not-valid",
            "index-without-concurrently",
            "partition-scan",
            "set-not-null-scan",
            "table-rewrite",
            "type-change-scan",
            "validate-in-same-transaction",
            "work-under-exclusive-lock",
        ),
        "lock": (  # off by default, all of them
            "drop-index-without-concurrently",
            "partition-lock",
            "referenced-table-locked",
            "several-tables-locked",
        ),
        "fails": ("failing-migration", "syntax-error"),
    },
    "squawk": {
        "work": (
            "adding-field-with-default",
            "adding-foreign-key-constraint",
            "adding-not-nullable-field",
            "adding-serial-primary-key-field",
            "changing-column-type",
            "constraint-missing-not-valid",
            "disallowed-unique-constraint",
            "require-concurrent-index-creation",
        ),
        "lock": ("require-concurrent-index-deletion",),
        "fails": ("ban-concurrent-index-creation-in-transaction", "syntax-error"),
    },
    "pgfence": {
        "work": (
            "add-column-non-constant-default",
            "add-column-serial",
            "add-column-stored-generated",
            "add-constraint-check-no-not-valid",
            "add-constraint-exclude",
            "add-constraint-fk-no-not-valid",
            "add-constraint-unique",
            "add-pk-without-using-index",
            "alter-column-set-not-null",
            "alter-column-type",
            "create-index-not-concurrent",
        ),
        "lock": (
            "drop-column",
            "drop-index-not-concurrent",
            "drop-table",
            "rename-column (low)",
            "rename-table",
        ),
        "fails": (),
    },
    "postgres-language-server": {
        "work": (
            "addSerialColumn",
            "addingFieldWithDefault",
            "addingForeignKeyConstraint",
            "addingNotNullField",
            "addingPrimaryKeyConstraint",
            "changingColumnType",
            "constraintMissingNotValid",
            "disallowUniqueConstraint",
            "requireConcurrentIndexCreation",
        ),
        "lock": (
            "avoidCreateTrigger",
            "avoidWideLockWindow",
            "banDropTrigger",
            "lockTimeoutWarning",
            "requireConcurrentIndexDeletion",
            "runningStatementWhileHoldingAccessExclusive",
        ),
        "fails": ("banConcurrentIndexCreationInTransaction", "syntax"),
    },
}
