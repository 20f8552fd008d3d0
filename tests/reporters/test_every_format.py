"""What holds of all formats, whatever the report holds."""

import json
import subprocess
import sys
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given

from crowsfoot.finding import Report
from crowsfoot.reporters import FORMATS, View, render

from .any_report import views
from .reports import unindexed, view


@given(views())
def test_any_report_renders_in_every_format(seen: View) -> None:
    shown = {name: render(name, seen) for name in FORMATS}
    for text in shown.values():
        text.encode()  # any output takes it
        assert text == "" or text.endswith("\n")
    kept = len(seen.report.kept)
    allowed = len(seen.report.allowed) if seen.include_allowed else 0
    assert len(json.loads(shown["json"])["findings"]) == kept
    assert len([json.loads(it) for it in shown["jsonl"].split("\n") if it]) == kept
    assert len(json.loads(shown["gitlab"])) == kept
    assert len(json.loads(shown["rdjson"])["diagnostics"]) == kept
    assert len(json.loads(shown["sarif"])["runs"][0]["results"]) == kept + allowed
    assert len(fromstring(shown["junit"]).findall(".//failure")) == kept
    assert shown["github"].count("\n") == kept + len(seen.report.failures)
    assert shown["concise"].count("\n") == kept + 1
    for name in ("full", "concise", "grouped", "markdown"):
        escapes = [it for it in shown[name] if (ord(it) < 0x20 and it != "\n") or 0x7F <= ord(it) < 0xA0]
        assert set(escapes) <= ({"\x1b"} if seen.color else set())


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_renders_the_same_twice(name: str) -> None:
    source, diagnostic = unindexed()
    assert render(name, view(diagnostic, sources=(source,))) == render(
        name, view(diagnostic, sources=(source,))
    )


def test_formats_for_people_do_not_load_the_rules() -> None:
    def rules() -> dict[str, object]:
        raise AssertionError("the rules were loaded")

    source, diagnostic = unindexed()
    for name in FORMATS.keys() - {"sarif"}:
        seen = View(
            report=Report(kept=(diagnostic,)),
            sources={source.path: source},
            rules=rules,  # type: ignore[arg-type]
        )
        assert render(name, seen)


def test_only_sarif_imports_sarif_om() -> None:
    program = (
        "import sys\n"
        "from crowsfoot.finding import Report\n"
        "from crowsfoot.reporters import FORMATS, View, render\n"
        "for name in FORMATS:\n"
        "    if name != 'sarif': render(name, View(report=Report()))\n"
        "print(*{'sarif_om', 'attr', 'networkx', 'lark', 'click'} & set(sys.modules))\n"
        "render('sarif', View(report=Report()))\n"
        "print('sarif_om' in sys.modules)\n"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout == "\nTrue\n"


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(KeyError):
        render("xml", view())
