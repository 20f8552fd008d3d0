"""A report as SARIF 2.1.0, for code scanning, editors and dashboards.

Columns count UTF-16 code units, although ours count code points: SARIF can declare either (columnKind), but
GitHub and the viewer of VS Code ignore the declaration and count as JavaScript does.
Regions of results stay on one line: a pull request shows an alert only if all its lines were changed.
Sources: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import sarif_om as om  # type: ignore[import-untyped]

from crowsfoot import __version__
from crowsfoot.finding import Allowed, Diagnostic, Edit, Finding, Fix, Related, Safety, Severity
from crowsfoot.reporters import View
from crowsfoot.reporters.identity import identities
from crowsfoot.reporters.json import encode, raw
from crowsfoot.reporters.line_hash import line_hashes
from crowsfoot.reporters.places import Place, first_line, place, utf16_units
from crowsfoot.reporters.sarif_fixes import sarif_edits
from crowsfoot.reporters.sarif_plain import to_plain
from crowsfoot.reporters.terminal import visible
from crowsfoot.reporters.words import failure_line, sentence
from crowsfoot.rule import Rule
from crowsfoot.source import Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_PROBLEM_SEVERITY = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "recommendation"}
_MOST = 1024  # GitHub's limit of a description
_LINKS = 3  # more places than that are listed, but not linked in the message


def render(view: View) -> str:
    return encode(to_plain(_log(view)))


def _log(view: View) -> Any:
    results: list[Diagnostic | Allowed] = list(view.report.kept)
    if view.include_allowed:
        results += view.report.allowed
    rules = dict(view.rules())
    used = {_diagnostic(it).rule for it in results}
    names = sorted(rules.keys() | used)
    homepage = view.homepage or None
    driver = om.ToolComponent(
        name="crowsfoot",
        full_name=f"crowsfoot {__version__}",
        version=__version__,
        semantic_version=__version__,
        information_uri=homepage,
        rules=[_descriptor(view, name, rules.get(name)) for name in names],
    )
    run = om.Run(
        tool=om.Tool(driver=driver),
        column_kind="utf16CodeUnits",
        # Each becomes JSON as soon as it is built: all at once, they take 150 MB more and a third more time,
        # and the garbage collector searches them again and again.
        results=[
            raw(to_plain(it))
            for it in _results(view, results, {name: index for index, name in enumerate(names)})
        ],
        invocations=[_invocation(view)],
        automation_details=om.RunAutomationDetails(id=f"{view.category}/") if view.category else None,
    )
    return om.SarifLog(schema_uri=SCHEMA, version="2.1.0", runs=[run])


def _diagnostic(result: Diagnostic | Allowed) -> Diagnostic:
    return result.diagnostic if isinstance(result, Allowed) else result


def _invocation(view: View) -> Any:
    failures = [failure_line(it) for it in view.report.failures]
    return om.Invocation(
        execution_successful=not failures,
        # Only what was raised: a traceback has the paths of the machine that it was raised on.
        tool_execution_notifications=[
            om.Notification(
                level="error",
                message=om.Message(text=sentence(f"crowsfoot failed: {it}")),
                exception=om.Exception(kind=it.partition(":")[0], message=it),
            )
            for it in failures
        ]
        or None,
    )


def _descriptor(view: View, name: str, rule: Rule[Any] | None) -> Any:
    doc = rule.help if rule and rule.doc else f"crowsfoot's own check {name}."
    summary, _, rest = doc.partition("\n")
    paragraph = rest.strip().partition("\n\n")[0].replace("\n", " ")
    if paragraph.startswith("```"):
        paragraph = ""
    elif paragraph.endswith(":"):  # it announces an example, which does not follow here
        paragraph = f"{paragraph[:-1]}."
    level = _LEVEL[rule.severity] if rule else "warning"
    # Only what holds of nearly every finding is on by default.
    precision = "high" if rule is None or rule.default else "medium"
    pascal = "".join(it.capitalize() for it in name.split("-"))
    return om.ReportingDescriptor(
        id=name,
        name=pascal if pascal.lower() != name.lower() else None,  # it must not be the id again (3.49.7)
        short_description=_text(summary),
        full_description=_text(f"{sentence(summary)} {paragraph}".strip()),
        help=om.MultiformatMessageString(text=doc, markdown=doc),
        help_uri=view.help_url(name),
        default_configuration=om.ReportingConfiguration(level=level),
        properties={
            "tags": ["database", *([rule.category] if rule and rule.category else [])],
            "precision": precision,
            "problem.severity": _PROBLEM_SEVERITY[rule.severity if rule else Severity.WARNING],
        },
    )


def _text(text: str) -> Any:
    return om.MultiformatMessageString(text=text if len(text) <= _MOST else f"{text[: _MOST - 1]}…")


def _results(view: View, results: list[Diagnostic | Allowed], rule_index: Mapping[str, int]) -> Iterator[Any]:
    diagnostics = [_diagnostic(it) for it in results]
    places = [first_line(view, it.finding.span, utf16_units) for it in diagnostics]
    hashes = _line_hashes(view, diagnostics, places)
    artifacts = _Artifacts(view)
    named = identities(view, diagnostics)
    for result, diagnostic, where, line_hash, identity in zip(
        results, diagnostics, places, hashes, named, strict=True
    ):
        finding = diagnostic.finding
        fingerprints = {"crowsfootSubject/v1": identity}
        if line_hash is not None:
            fingerprints["primaryLocationLineHash"] = line_hash
        yield om.Result(
            rule_id=diagnostic.rule,
            rule_index=rule_index[diagnostic.rule],
            level=_LEVEL[diagnostic.severity],
            message=om.Message(text=_message(finding)),
            locations=[_primary(artifacts, finding, where)],
            related_locations=[
                _related(view, artifacts, number, it) for number, it in enumerate(finding.related, 1)
            ]
            or None,
            code_flows=[_code_flow(view, artifacts, finding)] if finding.flow else None,
            partial_fingerprints=fingerprints,
            fixes=_fixes(view, artifacts, finding.fix),
            suppressions=[_suppression(result)] if isinstance(result, Allowed) else None,
            properties={"confidence": finding.confidence.name.lower()},
        )


def _line_hashes(view: View, diagnostics: list[Diagnostic], places: list[Place | None]) -> list[str | None]:
    """GitHub's hash of each result's line, made different for what one rule says twice of one line.

    GitHub takes results of one rule and one hash for the same alert. It computes the hash itself where it
    is missing, so the first result gets GitHub's own and only the others differ.
    """
    lines: dict[str, set[int]] = {}
    for diagnostic, where in zip(diagnostics, places, strict=True):
        if where is not None:
            lines.setdefault(diagnostic.finding.span.path, set()).add(where.line)
    of_path = {path: line_hashes(view.sources[path].text, wanted) for path, wanted in lines.items()}
    seen: Counter[tuple[str, str, int]] = Counter()
    result: list[str | None] = []
    for diagnostic, where in zip(diagnostics, places, strict=True):
        if where is None:
            result.append(None)
            continue
        path = diagnostic.finding.span.path
        key = diagnostic.rule, path, where.line
        seen[key] += 1
        line_hash = of_path[path][where.line]
        result.append(line_hash if seen[key] == 1 else f"{line_hash}:{seen[key]}")
    return result


class _Artifacts:
    """One artifactLocation per path, shared by all that point there."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._known: dict[str, Any] = {}

    def __getitem__(self, path: str) -> Any:
        if path not in self._known:
            # Relative always: consumers join it to the root of the repository. A colon in the first part
            # would read as a scheme (RFC 3986, 4.2), so it is encoded like everything unusual.
            raw = self._view.path(path).encode("utf-8", "surrogatepass")
            self._known[path] = om.ArtifactLocation(uri=quote(raw.lstrip(b"/"), safe="/"))
        return self._known[path]


def _message(finding: Finding) -> str:
    parts = [_unlinked(sentence(finding.message, finding.subject))]
    fix = finding.fix
    if fix is not None and not _applicable(fix):
        parts.append(_unlinked(sentence(fix.title)))
    links = [f"[{_link_text(it.message)}]({number})" for number, it in enumerate(finding.related[:_LINKS], 1)]
    if links:
        parts.append(f"Related: {'; '.join(links)}.")
    text = " ".join(parts)
    return f"{text}\n\n{_unlinked(fix.snippet)}" if fix is not None and fix.snippet else text


def _unlinked(text: str) -> str:
    # "[text](1)" is a link wherever it stands; not every consumer knows the escape "\\[".
    return text.replace("](", "] (")


def _link_text(text: str) -> str:
    text = visible(" ".join(text.split()).rstrip(".")) or "the related place"
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _primary(artifacts: _Artifacts, finding: Finding, where: Place | None) -> Any:
    # GitHub wants a region, also where we know no line.
    region = _region(where or Place(1, 1, 1, 1))
    logical = [om.LogicalLocation(fully_qualified_name=finding.subject)] if finding.subject else None
    return om.Location(
        physical_location=om.PhysicalLocation(artifact_location=artifacts[finding.span.path], region=region),
        logical_locations=logical,
    )


def _related(view: View, artifacts: _Artifacts, number: int, related: Related) -> Any:
    where = first_line(view, related.span, utf16_units)
    return om.Location(
        id=number,
        physical_location=om.PhysicalLocation(
            artifact_location=artifacts[related.span.path], region=_region(where) if where else None
        ),
        message=om.Message(text=_unlinked(sentence(related.message or "the related place"))),
    )


def _code_flow(view: View, artifacts: _Artifacts, finding: Finding) -> Any:
    """GitHub shows it as "Show paths", one step after the other."""
    steps = [
        om.ThreadFlowLocation(location=_step(view, artifacts, it), execution_order=number)
        for number, it in enumerate(finding.flow, 1)
    ]
    return om.CodeFlow(thread_flows=[om.ThreadFlow(locations=steps)])


def _step(view: View, artifacts: _Artifacts, step: Related) -> Any:
    # It is no relatedLocation, and no link of the message leads to it: it has no id.
    where = first_line(view, step.span, utf16_units)
    return om.Location(
        physical_location=om.PhysicalLocation(
            artifact_location=artifacts[step.span.path], region=_region(where) if where else None
        ),
        message=om.Message(text=_unlinked(sentence(step.message))),
    )


def _region(where: Place) -> Any:
    return om.Region(
        start_line=where.line,
        start_column=where.column,
        end_line=where.end_line,
        end_column=where.end_column,
    )


def _suppression(allowed: Allowed) -> Any:
    return om.Suppression(kind="inSource", justification=allowed.directive.reason or None, state="accepted")


def _applicable(fix: Fix) -> bool:
    # What is only shown must not become a button that applies it.
    return bool(fix.edits) and fix.safety is not Safety.MANUAL


def _fixes(view: View, artifacts: _Artifacts, fix: Fix | None) -> list[Any] | None:
    if fix is None or not _applicable(fix):
        return None
    edits: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        edits.setdefault(edit.span.path, []).append(edit)
    if not edits.keys() <= view.sources.keys():
        return None  # a fix is applied whole or not at all
    changes = []
    for path, of_path in edits.items():
        replacements = [
            om.Replacement(
                deleted_region=_deleted(view, it.span),
                inserted_content=om.ArtifactContent(text=it.text),
            )
            for it in sarif_edits(view.sources[path], of_path)
        ]
        changes.append(om.ArtifactChange(artifact_location=artifacts[path], replacements=replacements))
    # Editors show this as the name of an action.
    title = f"{fix.title} (unsafe)" if fix.safety is Safety.UNSAFE else fix.title
    return [om.Fix(description=om.Message(text=sentence(title)), artifact_changes=changes)]


def _deleted(view: View, span: Span) -> Any:
    where = place(view, span, utf16_units)
    assert where is not None
    return _region(where)
