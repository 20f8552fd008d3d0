"""A session to the text of its page: what is reported of the whole project, marked where it is new."""

import msgspec

from crowsfoot.advice.plan import plan
from crowsfoot.advice.statistics import Statistics
from crowsfoot.drawing import MissingLibraryError, draw, embed
from crowsfoot.pages.html import Section, render
from crowsfoot.pages.model import page_of, together
from crowsfoot.pages.plan import shown_plan
from crowsfoot.reporters import View
from crowsfoot.session import Session


def page(
    session: Session,
    whole: Session,
    view: View,
    title: str,
    *,
    statistics: Statistics | None = None,
    source_url: str = "",
) -> str:
    """The page of what session says, with the rest of what whole says: the same project, all of it new.

    view says how places are named; its report and sources are those of the sessions, which are one where no
    revision tells what is new. statistics are for the index plan. source_url is where files can be seen,
    with {path} and {line}.
    """
    project, report = session.project, session.report
    since = session.choices.since
    seen = msgspec.structs.replace(
        view,
        report=report if whole is session else together(whole.report, report),
        sources=session.sources,
    )
    found = page_of(
        project,
        seen,
        title=title,
        since=since,
        new=report.kept if since else (),
        source_url=source_url,
        plan=shown_plan(plan(project, least=session.config.min_confidence, statistics=statistics), seen),
    )
    return render(found, seen, _relations(session, seen))


def _relations(session: Session, view: View) -> tuple[Section, ...]:
    """The relation graph, where there are relations."""
    drawing = draw(session.project, view.report, session.sources)
    if not drawing.edges:
        return ()
    title, count = "Relations", len(drawing.nodes)
    try:
        graph = embed(drawing)
    except MissingLibraryError:
        return (Section("relations", title, _MISSING),)
    return (Section("relations", title, graph.markup, graph.style, (graph.script,), count),)


_MISSING = (
    '<p class="missing">The graph is laid out by a library that is not installed: '
    '<code>pip install "crowsfoot[graph]"</code></p>'
)
