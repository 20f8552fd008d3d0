"""Arguments to work, and reports to the screen or to files: the only module that exits.

Exit codes: 0 nothing to report, 1 findings at or above --fail-on, 2 usage or configuration, 3 a bug,
130 interrupted.
"""

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from crowsfoot import __version__, streams
from crowsfoot.config import UserError, working_folder
from crowsfoot.discover import is_read
from crowsfoot.finding import Confidence, Report, Severity
from crowsfoot.kinds import DOCUMENTS
from crowsfoot.reporters import FORMATS, View, render
from crowsfoot.session import Choices, Session
from crowsfoot.suggest import hint

if TYPE_CHECKING:
    from crowsfoot.advice.statistics import Statistics

HOMEPAGE = "https://github.com/crowsfoot-dev/crowsfoot"
RULE_URL = HOMEPAGE + "/blob/main/docs/rules.md#{rule}"

CLEAN, FINDINGS, USAGE, BUG, INTERRUPTED = 0, 1, 2, 3, 130

# As crowsfoot.advice has them, which takes a while to load.
ADVICE_FORMATS = ("text", "markdown", "json", "sql", "prisma")
# As crowsfoot.drawing has them.
GRAPH_FORMATS = ("html", "svg", "mermaid", "dot", "json")
GRAPH_FILE = "crowsfoot-graph.html"
REPORT_FILE = "crowsfoot-report.html"

_SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING, "note": Severity.NOTE}


class _Cli(click.Group):
    """The command line, with what the user can mend told in one line and not in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UserError as error:
            streams.tell(str(error))
            ctx.exit(USAGE)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            # Whoever read our output has closed it (crowsfoot check | head): nobody is left to tell.
            streams.write_no_more()
            ctx.exit(CLEAN)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception:
            import traceback

            click.echo(f"{traceback.format_exc()}\nThis is a bug in crowsfoot: {HOMEPAGE}/issues", err=True)
            ctx.exit(BUG)


@click.group(cls=_Cli, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__)
def cli() -> None:
    """Lint a relational schema together with everything that uses it."""


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--select", multiple=True, metavar="RULE,...", help="Run only these rules or categories.")
@click.option("--extend-select", multiple=True, metavar="RULE,...", help="Run these as well.")
@click.option("--ignore", multiple=True, metavar="RULE,...", help="Leave these out.")
@click.option("--fail-on", type=click.Choice([*_SEVERITIES, "never"]), help="What makes the exit code 1.")
@click.option(
    "--min-confidence",
    type=click.Choice([it.name.lower() for it in Confidence]),
    help="Report what is at least this sure.",
)
@click.option(
    "--since",
    metavar="REV",
    help="Report only on what has changed since this revision of git: only its migrations are new.",
)
@click.option("--fix", is_flag=True, help="Apply the safe fixes.")
@click.option("--unsafe-fixes", is_flag=True, help="Apply fixes that change what the database accepts, too.")
@click.option("--diff", is_flag=True, help="Show what the fixes would change; change nothing.")
@click.option(
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help=f"How to report: {', '.join(FORMATS)}. May be given several times.",
)
@click.option("--statistics", is_flag=True, help="Count the findings of each rule.")
@click.option("--show-allowed", is_flag=True, help="Put what comments allow into SARIF, marked so.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Use this configuration file.")
@click.option("--stdin-filename", type=click.Path(path_type=Path), help="The file whose text is on stdin.")
@click.option("--no-cache", is_flag=True, help="Read and judge everything afresh.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto")
@click.option("--no-color", "color", flag_value="never", help="The same as --color never.")
@click.pass_context
def check(ctx: click.Context, /, paths: tuple[Path, ...], **options: Any) -> None:
    """Check the project around PATHS (default: the current folder).

    A folder is checked whole. For a file, the whole project is analysed and what it says of that file is
    reported. "-" is the text on standard input, named by --stdin-filename.
    """
    outputs = _outputs(options["outputs"] or ("full",))
    stdin = streams.standard_input(paths, options["stdin_filename"])
    if stdin and not options["diff"] and (options["fix"] or options["unsafe_fixes"]):
        raise UserError("--fix has no file to write standard input to; --diff shows what it would change")
    session = Session(
        paths,
        Choices(
            select=_words(options["select"]),
            extend_select=_words(options["extend_select"]),
            ignore=_words(options["ignore"]),
            min_confidence=options["min_confidence"],
            since=options["since"],
        ),
        config_file=options["config_file"],
        stdin=stdin,
        cached=not options["no_cache"],
    )
    _tell_unknown(session)
    if options["diff"]:
        ctx.exit(_show_diff(session, unsafe=options["unsafe_fixes"]))
    if options["fix"] or options["unsafe_fixes"]:
        _apply_fixes(session, unsafe=options["unsafe_fixes"])

    report = session.report
    if not report.files:
        streams.tell(f"no schema and no migrations found below {_shown(paths)}")
    if options["statistics"]:
        streams.show(_statistics(report))
        outputs = [(format, file) for format, file in outputs if file]
    for format, file in outputs:
        _write(session, format, file, color=options["color"], show_allowed=options["show_allowed"])
    for failure in report.failures:
        for line in failure.splitlines():
            streams.echo(line)
    if report.failures:
        ctx.exit(BUG)
    ctx.exit(_exit_code(report, options["fail_on"] or session.config.fail_on))


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--table", "tables", multiple=True, metavar="TABLE", help="Only of these tables.")
@click.option("--output", "format", type=click.Choice(ADVICE_FORMATS), default="text", help="How to say it.")
@click.option(
    "--min-confidence",
    type=click.Choice([it.name.lower() for it in Confidence]),
    help="Advise what is at least this sure.",
)
@click.option(
    "--stats",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="What PostgreSQL has counted, as CSV or JSON. May be given several times.",
)
@click.option(
    "--stats-query", is_flag=True, help="Print the queries that make those files, and nothing else."
)
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Use this configuration file.")
@click.option("--no-cache", is_flag=True, help="Read everything afresh.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto")
@click.option("--no-color", "color", flag_value="never", help="The same as --color never.")
@click.pass_context
def advise(
    ctx: click.Context, /, paths: tuple[Path, ...], tables: tuple[str, ...], format: str, **options: Any
) -> None:
    """Advise on indexes: the fewest that serve what the project in PATHS asks of its database."""
    if options["stats_query"]:
        from crowsfoot.advice.stats_query import script

        streams.show(script())
        return
    streams.no_standard_input(paths)
    from crowsfoot.advice.run import advice

    session = Session(
        paths,
        Choices(min_confidence=options["min_confidence"]),
        config_file=options["config_file"],
        cached=not options["no_cache"],
    )
    people = format == "text"
    page = View(
        report=Report(),
        sources=session.sources,
        prefix=session.prefix(for_people=people),
        color=people and streams.colored(options["color"]),
        width=min(streams.columns(), 120) if people else 100,
    )
    _tell_unknown(session)
    counted = _counted(options["stats"], session)
    streams.show(advice(session, page, format, tables, counted))
    _tell_unread(session)
    if not any(session.project.tables()):
        streams.tell(f"no tables found below {_shown(paths)}")
    failures = [it for it in session.project.problems if it.kind == "failure"]
    for failure in failures:
        for line in failure.message.splitlines():
            streams.echo(line)
    ctx.exit(BUG if failures else CLEAN)


@cli.command("report")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--output",
    metavar="FILE",
    default=REPORT_FILE,
    help=f'Where to write the page (default: {REPORT_FILE}); "-" is standard output.',
)
@click.option("--since", metavar="REV", help="Mark what is new since this revision of git.")
@click.option(
    "--stats",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="What PostgreSQL has counted, for the index plan: as for crowsfoot advise.",
)
@click.option(
    "--source-url",
    metavar="URL",
    default="",
    help="Where files can be seen, with {path} and {line}: https://example.org/blob/main/{path}#L{line}.",
)
@click.option("--title", metavar="TEXT", help="The page's heading (default: the name of the folder).")
@click.option("--select", multiple=True, metavar="RULE,...", help="Show only these rules or categories.")
@click.option("--extend-select", multiple=True, metavar="RULE,...", help="Show these as well.")
@click.option("--ignore", multiple=True, metavar="RULE,...", help="Leave these out.")
@click.option(
    "--min-confidence",
    type=click.Choice([it.name.lower() for it in Confidence]),
    help="Show what is at least this sure.",
)
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Use this configuration file.")
@click.option("--no-cache", is_flag=True, help="Read and judge everything afresh.")
@click.pass_context
def report_page(ctx: click.Context, /, paths: tuple[Path, ...], output: str, **options: Any) -> None:
    """Write one HTML page on the project in PATHS: findings, relations, index plan, migrations and locks."""
    if not output:
        raise UserError("--output: a file has to be named")
    streams.no_standard_input(paths)
    output = streams.output_file(output)
    if output != "-" and is_read(output):
        raise UserError(f"--output: {output} is named like a file that crowsfoot reads; name another one")
    if options["source_url"] and not options["source_url"].startswith(("https://", "http://")):
        raise UserError("--source-url: an address begins with https:// or http://")
    choices = Choices(
        select=_words(options["select"]),
        extend_select=_words(options["extend_select"]),
        ignore=_words(options["ignore"]),
        min_confidence=options["min_confidence"],
        since=options["since"],
    )
    settings: Any = {"config_file": options["config_file"], "cached": not options["no_cache"]}
    session = Session(paths, choices, **settings)
    whole = session if choices.since is None else Session(paths, replace(choices, since=None), **settings)
    from crowsfoot.pages.run import page

    _tell_unknown(session)
    view = View(
        report=Report(),
        rules=lambda: session.rules,
        prefix=session.prefix(for_people=False),
        homepage=HOMEPAGE,
        rule_url=RULE_URL,
    )
    title = options["title"] or session.location.root.resolve().name
    text = page(
        session,
        whole,
        view,
        title,
        statistics=_counted(options["stats"], session),
        source_url=options["source_url"],
    )
    if output == "-":
        streams.show(text)
    else:
        streams.save(output, text)
        streams.tell(f"wrote {output}")
    if not whole.report.files:
        streams.tell(f"no schema and no migrations found below {_shown(paths)}")
    failures = dict.fromkeys((*session.report.failures, *whole.report.failures))
    for failure in failures:
        for line in failure.splitlines():
            streams.echo(line)
    ctx.exit(BUG if failures else CLEAN)


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help=f"{', '.join(GRAPH_FORMATS)} (default: html={GRAPH_FILE}). May be given several times.",
)
@click.option("--table", "tables", multiple=True, metavar="TABLE", help="Only this table and its neighbours.")
@click.option(
    "--depth",
    type=click.IntRange(min=0),
    default=1,
    metavar="N",
    help="How many foreign keys away from --table (default: 1).",
)
@click.option(
    "--columns",
    type=click.Choice(["all", "keys", "none"]),
    help="Which columns to draw (default: all of a few tables, else keys).",
)
@click.option("--no-findings", is_flag=True, help="Run no rules.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Use this configuration file.")
@click.option("--no-cache", is_flag=True, help="Read and judge everything afresh.")
@click.pass_context
def graph(ctx: click.Context, /, paths: tuple[Path, ...], depth: int, **options: Any) -> None:
    """Draw the tables of the project in PATHS and their foreign keys, in crow's foot notation."""
    outputs = _outputs(options["outputs"] or (f"html={GRAPH_FILE}",), GRAPH_FORMATS)
    streams.no_standard_input(paths)
    session = Session(paths, Choices(), config_file=options["config_file"], cached=not options["no_cache"])
    from crowsfoot.drawing import MissingLibraryError, UnknownTableError, around, draw, render

    _tell_unknown(session)
    failures: Sequence[str] = [it.message for it in session.project.problems if it.kind == "failure"]
    report = None
    if not options["no_findings"]:
        report = session.report
        failures = report.failures
    drawing = draw(session.project, report, session.sources)
    try:
        if options["tables"]:
            drawing = around(drawing, options["tables"], depth)
        for format, file in outputs:
            text = render(format, drawing, options["columns"])
            if file:
                streams.save(file, text)
                streams.tell(f"wrote {file}: {drawing}")
            else:
                streams.show(text)
            if format == "mermaid" and len(text) > _MOST_OF_MERMAID:
                streams.tell(_TOO_LONG_FOR_MERMAID.format(len(text)))
    except UnknownTableError as error:
        raise UserError(
            f'--table: there is no table "{error.name}"{hint(error.name, error.known)}'
        ) from error
    except MissingLibraryError as error:
        raise UserError(
            f"html and svg need {error}, which lays them out: pip install 'crowsfoot[graph]' "
            "(mermaid, dot and json do not)"
        ) from error
    _tell_unread(session)
    if not drawing.nodes:
        streams.tell(f"no tables found below {_shown(paths)}")
    for failure in failures:
        for line in failure.splitlines():
            streams.echo(line)
    ctx.exit(BUG if failures else CLEAN)


@cli.command("rule")
@click.argument("names", nargs=-1)
@click.option("--output", "format", type=click.Choice(["text", "markdown", "json"]), default="text")
def explain(names: tuple[str, ...], format: str) -> None:
    """Explain the rules NAMES (or categories); without a name, list them all."""
    from crowsfoot.explain import describe, overview
    from crowsfoot.rule import load

    rules = load()
    text = overview(rules) if format == "text" and not names else describe(names, rules, format)
    streams.show(text)


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of SHELL: eval "$(crowsfoot completion bash)"."""
    from click.shell_completion import get_completion_class

    script = get_completion_class(shell)
    assert script is not None
    streams.show(script(cli, {}, "crowsfoot", "_CROWSFOOT_COMPLETE").source() + "\n")


@cli.command("clean")
def clean_cache() -> None:
    """Delete the cache."""
    from crowsfoot.cache import clean, for_project

    cache = for_project(working_folder(), os.environ)
    count = clean(cache)
    streams.show(f"removed {count} entries from {cache.folder}\n" if cache.folder else "there is no cache\n")


def _tell_unknown(session: Session) -> None:
    for name in session.discovery.unknown:
        streams.tell(f"{name}: not a kind of file that crowsfoot reads")


def _tell_unread(session: Session) -> None:
    """What is missing from an answer that shows no findings, as files could not be read."""
    prefix, sources = session.prefix(for_people=True), session.sources
    unread = {}
    for it in session.project.problems:
        if it.kind in ("syntax", "unreadable") and it.span.path not in unread:
            source = sources.get(it.span.path)
            line = f":{source.position(it.span.start)[0]}" if source is not None else ""
            unread[it.span.path] = f"{line}: not read whole: {it.message}"
    for path, said in list(unread.items())[:_MOST_UNREAD]:
        streams.tell(f"{prefix}{path}{said}")
    if len(unread) > _MOST_UNREAD:
        streams.tell(f"{len(unread)} files in all are not read whole; crowsfoot check tells of each")


_MOST_UNREAD = 3

# Source: https://mermaid.js.org/config/schema-docs/config.html#maxtextsize
_MOST_OF_MERMAID = 50_000
_TOO_LONG_FOR_MERMAID = (
    "mermaid: {:,} characters, of which Mermaid draws 50,000 at most unless its maxTextSize says otherwise; "
    "--table or --columns makes it shorter"
)


def _counted(files: Sequence[Path], session: Session) -> "Statistics | None":
    """What the files of --stats say; tells where they are of another database than the project."""
    if not files:
        return None
    from crowsfoot.advice.statistics import MOST_BYTES, of_others, read

    found = read([(str(it), streams.bytes_of(it, MOST_BYTES)) for it in files])
    if said := of_others(found, [it.name for it in session.project.tables()]):
        streams.tell(said)
    return found


def _shown(paths: Sequence[Path]) -> str:
    return ", ".join(map(str, paths)) or "the current folder"


def _words(given: Sequence[str]) -> tuple[str, ...]:
    return tuple(word.strip() for it in given for word in it.split(",") if word.strip())


def _outputs(given: Sequence[str], formats: Collection[str] = FORMATS) -> list[tuple[str, str]]:
    """The formats, and the files that they go to; "" is standard output."""
    outputs = []
    files: set[Path] = set()
    for output in given:
        format, _, file = output.partition("=")
        if format not in formats:
            raise UserError(f'--output: unknown format "{format}"{hint(format, formats)}')
        file = streams.output_file(file)
        if file and is_read(file) and not file.endswith(DOCUMENTS):
            raise UserError(f"--output: {file} is named like a file that crowsfoot reads; name another one")
        if file and Path(file) in files:
            raise UserError(f"--output: {file} is named twice")
        files.add(Path(file))
        outputs.append((format, file))
    return outputs


def _exit_code(report: Report, fail_on: str) -> int:
    if fail_on == "never":
        return CLEAN
    worst = max((it.severity for it in report.kept), default=None)
    return FINDINGS if worst is not None and worst >= _SEVERITIES[fail_on] else CLEAN


def _write(session: Session, format: str, file: str, *, color: str, show_allowed: bool) -> None:
    view = View(
        report=session.report,
        sources=session.sources,
        rules=lambda: session.rules,
        prefix=session.prefix(for_people=format in ("full", "concise", "grouped")),
        color=not file and streams.colored(color),
        width=min(streams.columns(), 120) if format in ("full", "grouped") else 100,
        include_allowed=show_allowed,
        homepage=HOMEPAGE,
        rule_url=RULE_URL,
    )
    text = render(format, view)
    if file:
        streams.save(file, text)
    else:
        streams.show(text)


def _show_diff(session: Session, *, unsafe: bool) -> int:
    from crowsfoot.fix import unified_diff

    before = dict(session.sources)
    after: Mapping[str, str] = session.fixed(unsafe=unsafe).texts
    prefix = session.prefix(for_people=True)
    for path, text in after.items():
        streams.show(unified_diff(before[path].text, text, prefix + path))
    return FINDINGS if after else CLEAN


def _apply_fixes(session: Session, *, unsafe: bool) -> None:
    fixed = session.fixed(unsafe=unsafe)
    session.write(fixed)
    files = f"{len(fixed.texts)} file{'s' * (len(fixed.texts) != 1)}"
    click.echo(f"fixed {fixed.count} finding{'s' * (fixed.count != 1)} in {files}", err=True)


def _statistics(report: Report) -> str:
    counts: dict[str, list[int]] = {}
    for it in report.kept:
        row = counts.setdefault(it.rule, [0, 0])
        row[0] += 1
        row[1] += it.finding.fix is not None
    rows = sorted(counts.items(), key=lambda it: (-it[1][0], it[0]))
    return "".join(f"{n:6}  {name}{f'  ({m} with a fix)' if m else ''}\n" for name, (n, m) in rows)
