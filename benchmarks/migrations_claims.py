"""What the rules of each tool claim, by its own words.

"work": existing rows are scanned, rewritten or indexed while others are locked out. "lock": others are locked
out, be it for a moment. The rest claims neither: style, compatibility, loss of data, missing timeouts.

pgfence's statement-after-access-exclusive would be of the second kind, but it says no place.
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
    },
}
