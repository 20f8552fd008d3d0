"""A report to the findings of each table."""

from collections.abc import Collection

from crowsfoot.about import Tables
from crowsfoot.finding import Diagnostic, Report
from crowsfoot.link.project import Project, Table


def findings_by_table(
    project: Project, tables: Collection[Table], report: Report
) -> dict[Table, list[Diagnostic]]:
    """What the report says of the tables, in its order; what it says of none of them is left out."""
    about = Tables(project)
    found: dict[Table, list[Diagnostic]] = {}
    for diagnostic in report.kept:
        table = about.table_of(diagnostic)
        if table is not None and table in tables:
            found.setdefault(table, []).append(diagnostic)
    return found
