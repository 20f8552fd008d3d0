"""A session -> the text of its advice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crowsfoot.advice import View, render
from crowsfoot.advice.plan import plan
from crowsfoot.config import UserError
from crowsfoot.link.project import Project
from crowsfoot.reporters import View as Page
from crowsfoot.suggest import hint

if TYPE_CHECKING:
    from crowsfoot.advice.statistics import Statistics
    from crowsfoot.session import Session


def advice(
    session: Session,
    page: Page,
    format: str,
    tables: Sequence[str] = (),
    statistics: Statistics | None = None,
) -> str:
    """What to change about the indexes of the project.

    Raises UserError for a table that there is not.
    """
    project = session.project
    _check(project, tables)
    found = plan(project, least=session.config.min_confidence, only=tables, statistics=statistics)
    return render(format, View(plan=found, page=page))


def _check(project: Project, tables: Sequence[str]) -> None:
    names = {name for it in project.tables() for name in (it.model, it.name)}
    known = {it.lower() for it in names}
    for it in tables:
        if it.lower() not in known:
            raise UserError(f'--table: there is no table "{it}"{hint(it, names)}')
