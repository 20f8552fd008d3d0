"""Drawings to text: each format is what those who read it accept, whatever the names in it are."""

import html
import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

import msgspec
import networkx as nx
import pytest

from crowsfoot.cli import GRAPH_FORMATS
from crowsfoot.drawing import FORMATS, Drawing, MissingLibraryError, embed, render
from crowsfoot.drawing.page import _digest
from crowsfoot.reporters.terminal import visible

from .drawings import HOSTILE, SHOP, chains, drawing, star

LAID_OUT = ("html", "svg")
DOCUMENTATION = Path(__file__).resolve().parents[2] / "docs/graph.md"


@pytest.fixture(autouse=True)
def _library() -> None:
    pytest.importorskip("graphlay", reason="pip install 'crowsfoot[graph]'")


def test_the_command_line_knows_every_format() -> None:
    assert tuple(FORMATS) == GRAPH_FORMATS


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("columns", ["all", "keys", "none", None])
@pytest.mark.parametrize("models", ["", SHOP, star(30)], ids=["nothing", "shop", "star"])
def test_every_format_draws_anything(format: str, columns: object, models: str) -> None:
    text = render(format, drawing(models), columns)  # type: ignore[arg-type]
    assert text.endswith("\n")


@pytest.mark.parametrize("format", FORMATS)
def test_the_text_of_a_drawing_does_not_depend_on_chance(format: str) -> None:
    models = star(30) + "\n" + chains(2, 30)
    assert render(format, drawing(models)) == render(format, drawing(models))


# SVG


def svg(drawn: Drawing) -> ElementTree.Element:
    return ElementTree.fromstring(render("svg", drawn))


def texts(element: ElementTree.Element) -> list[str]:
    return ["".join(it.itertext()) for it in element.iter() if it.tag.endswith("}text")]


def test_an_svg_shows_each_table_with_its_columns() -> None:
    shown = texts(svg(drawing(SHOP)))
    assert {"User", "Profile", "Post", "Tag", "_PostToTag", "Setting", "authorId", "email"} <= set(shown)


@pytest.mark.parametrize("count", [2, 9, 30])
def test_a_title_of_a_group_that_fits_is_not_cut(count: int) -> None:
    titles = [
        "".join(it.itertext())
        for it in svg(drawing(chains(count, 13))).iter()
        if it.tag.endswith("}text") and it.get("font-size")
    ]
    assert len(titles) == count
    assert not [it for it in titles if "…" in it]


def test_an_svg_is_well_formed_and_holds_no_markup_of_others(hostile: Drawing) -> None:
    root = svg(hostile)
    tags = {it.tag.rpartition("}")[2] for it in root.iter()}
    ours = "svg title style rect defs symbol path circle g text tspan use"
    assert tags <= set(ours.split())
    assert not [key for it in root.iter() for key in it.attrib if key.startswith("on")]
    assert {value for it in root.iter() for key, value in it.attrib.items() if key.endswith("href")} <= {
        *("#rg-pk", "#rg-fk", "#rg-error", "#rg-warning", "#rg-note")
    }


def test_every_hostile_name_is_told_in_full(hostile: Drawing) -> None:
    titles = "\n".join(it.text or "" for it in svg(hostile).iter() if it.tag.endswith("}title"))
    for name in HOSTILE:
        if name and "\x00" not in name:
            # PostgreSQL cuts names to 63 bytes.
            assert visible(name.encode()[:63].decode(errors="ignore")) in titles


@pytest.mark.parametrize("format", FORMATS)
def test_a_name_of_ten_thousand_characters_does_not_make_a_table_wide(format: str) -> None:
    name = "N" * 10_000
    models = f"model {name} {{\n  {name} Int @id\n}}\n" + SHOP
    text = render(format, drawing(models))
    if format == "svg":
        root = ElementTree.fromstring(text)
        assert float(root.get("width", "0")) < 3_000
    assert len(text) < len(render(format, drawing(SHOP))) + 60_000


def test_a_line_says_what_it_means() -> None:
    titles = {it.text for it in svg(drawing(SHOP)).iter() if it.tag.endswith("}title")}
    assert "Profile.userId refers to User.id: zero or one Profile for exactly one User" in titles


def test_what_the_database_does_not_enforce_is_dashed() -> None:
    lines = [
        it
        for it in svg(drawing(SHOP, "mysql", 'relationMode = "prisma"')).iter()
        if "line" in it.get("class", "").split()
    ]
    assert lines
    assert all("loose" in it.get("class", "") for it in lines)
    for line in lines:
        route, ends = (it.get("d", "") for it in line if it.tag.endswith("}path"))
        assert route.count("M") == 1, "one line, dashed"
        assert ends.count("M") > 3, "and what stands at its ends, which is not"


# Mermaid


NAME = r"[A-Za-z_][A-Za-z0-9_]*"
QUOTED = r'"[^"\n%<>`\\]*"'
WORD = r"[A-Za-z_][A-Za-z0-9_\-\[\]()]*"
MERMAID = re.compile(
    rf"erDiagram\n(?:  {NAME}(?:\[{QUOTED}\])?(?: \{{\n(?:    {WORD} {WORD}(?: (?:PK|FK|UK)(?:, (?:FK|UK))*)?(?: {QUOTED})?\n)+  \}})?\n)*"
    rf"(?:  {NAME} (?:\|\||\|o)(?:--|\.\.)(?:o\{{|o\|) {NAME} : {QUOTED}\n)*"
)
RESERVED = {
    "class",
    "classdef",
    "style",
    "erdiagram",
    "many",
    "one",
    "to",
    "end",
    "subgraph",
    "acctitle",
    "accdescr",
}


def mermaid(drawn: Drawing) -> str:
    text = render("mermaid", drawn)
    assert MERMAID.fullmatch(text), text
    names = re.findall(rf"^  ({NAME})(?:\[.*\])?(?: \{{)?$", text, re.MULTILINE)
    assert len(names) == len(set(names)) == len(drawn.nodes)
    assert not RESERVED & {it.casefold() for it in names}
    assert not re.search(
        r"^    (?:PK|FK|UK) |^    \S+ (?:PK|FK|UK)(?: (?:PK|FK|UK|\")|$)", text, re.MULTILINE
    )
    ends = {name for line in re.findall(r"^  (\S+) \S+ (\S+) : ", text, re.MULTILINE) for name in line}
    assert ends <= set(names)
    return text


def test_mermaid_says_what_is_drawn() -> None:
    assert (
        mermaid(drawing(SHOP))
        == """erDiagram
  User {
    Int id PK
    String email UK
  }
  Profile {
    Int userId PK, FK
  }
  Post {
    Int id PK
    Int authorId FK
    Int editorId FK "nullable"
    Int parentId FK "nullable"
  }
  Tag {
    Int id PK
  }
  Setting {
    String name PK
  }
  _PostToTag {
    Int A PK, FK
    Int B PK, FK
  }
  User ||--o| Profile : "userId"
  User ||--o{ Post : "authorId"
  User |o--o{ Post : "editorId"
  Post |o--o{ Post : "parentId"
  Post ||--o{ _PostToTag : "A"
  Tag ||--o{ _PostToTag : "B"
"""
    )


def test_mermaid_of_hostile_names_keeps_to_its_grammar(hostile: Drawing) -> None:
    text = mermaid(hostile)
    assert "alert(1)" in text
    assert "<script" not in text


@pytest.mark.parametrize(
    "word", ["class", "Style", "END", "one", "Many", "to", "accTitle", "T7", "erDiagram"]
)
def test_words_of_mermaid_are_shown_and_not_used_as_names(word: str) -> None:
    models = f"model {word} {{\n  id Int @id\n  xs X[]\n}}\nmodel X {{\n  PK Int @id\n  a Int\n  b {word} @relation(fields: [a], references: [id])\n}}\n"
    text = mermaid(drawing(models))
    assert f't0["{word}"] {{' in text
    assert "    Int PK_ PK\n" in text
    assert '  t0 ||--o{ X : "a"\n' in text


def test_names_that_differ_in_case_only_are_told_apart() -> None:
    text = mermaid(drawing('model Same {\n  id Int @id\n}\nmodel SAME {\n  id Int @id\n  @@map("other")\n}'))
    assert "  Same {" in text
    assert '  t1["SAME"] {' in text


# DOT


def test_dot_has_a_node_for_each_table_and_an_edge_for_each_foreign_key(hostile: Drawing) -> None:
    for drawn in (drawing(SHOP), drawing(star(30)), hostile):
        text = render("dot", drawn)
        assert len(re.findall(r"^ *t\d+ \[label=", text, re.MULTILINE)) == len(drawn.nodes)
        assert len(re.findall(r"^  t\d+ -> t\d+ \[arrowtail=", text, re.MULTILINE)) == len(drawn.edges)
        for label in re.findall(r"\[label=<(.*)>, tooltip=\"", text):
            ElementTree.fromstring(label)


def test_graphviz_reads_it(hostile: Drawing) -> None:
    dot = shutil.which("dot")
    if dot is None:
        pytest.skip("Graphviz is not installed")
    for drawn in (drawing(SHOP), drawing(""), drawing(star(30)), hostile):
        run = subprocess.run(
            [dot, "-Tsvg"], input=render("dot", drawn).encode(), capture_output=True, check=False
        )
        assert (run.returncode, run.stderr) == (0, b"")
        shown = html.unescape(run.stdout.decode())
        assert all(node.label[:20] in shown for node in drawn.nodes if "<U+" not in node.label)


def test_the_ends_of_a_line_are_arrows_of_graphviz() -> None:
    text = render("dot", drawing(SHOP))
    assert "  t0 -> t1 [arrowtail=noneteetee, arrowhead=noneteeodot, " in text
    assert "  t0 -> t2 [arrowtail=noneteeodot, arrowhead=crowodot, " in text


# JSON


def test_json_is_a_graph_of_networkx(hostile: Drawing) -> None:
    for drawn in (drawing(SHOP), drawing(""), drawing(star(30)), hostile):
        data = json.loads(render("json", drawn))
        graph = nx.node_link_graph(data, edges="edges")
        assert isinstance(graph, nx.MultiDiGraph)
        assert set(graph) == {it.id for it in drawn.nodes}
        assert graph.number_of_edges() == len(drawn.edges)
        for edge in drawn.edges:
            source, target = drawn.nodes[edge.source].id, drawn.nodes[edge.target].id
            assert any(tuple(it["columns"]) == edge.columns for it in graph[source][target].values())


End = Literal["one", "zero-or-one", "many", "zero-or-many"]


class Shape(msgspec.Struct, forbid_unknown_fields=True):
    """The shape that docs/graph.md describes."""


class Column(Shape):
    name: str
    column: str
    type: str
    nullable: bool
    primary: bool
    unique: bool
    foreign: bool


class Finding(Shape):
    rule: str
    severity: Literal["error", "warning", "note"]
    message: str
    path: str
    line: int


class Node(Shape):
    id: str
    model: str
    table: str
    kind: Literal["table", "view", "join"]
    schema: str | None
    database: str
    group: str
    path: str
    line: int
    columns: list[Column]
    findings: list[Finding]
    queries: int
    loops: int


class Edge(Shape):
    source: str
    target: str
    key: int
    columns: list[str]
    references: list[str]
    source_end: End
    target_end: End
    on_delete: str
    enforced: bool
    name: str | None


class About(Shape):
    tool: Literal["crowsfoot"]
    version: Literal[1]
    databases: list[str]


class Graph(Shape):
    directed: bool
    multigraph: bool
    graph: About
    nodes: list[Node]
    edges: list[Edge]


def test_json_has_the_shape_that_is_documented(hostile: Drawing) -> None:
    for drawn in (drawing(SHOP), drawing(""), drawing(star(30)), hostile):
        found = msgspec.json.decode(render("json", drawn), type=Graph)
        assert {it.source for it in found.edges} | {it.target for it in found.edges} <= {
            it.id for it in found.nodes
        }
    told = DOCUMENTATION.read_text(encoding="utf-8").partition("## JSON")[2]
    for shape in (Column, Finding, Node, Edge, About, Graph):
        assert all(f'"{name}": ' in told for name in shape.__struct_fields__)


def test_json_tells_what_stands_at_the_ends() -> None:
    data = json.loads(render("json", drawing(SHOP)))
    (edge,) = (it for it in data["edges"] if it["columns"] == ["editorId"])
    assert (edge["source"], edge["target"]) == ("Post", "User")
    assert (edge["source_end"], edge["target_end"]) == ("zero-or-many", "zero-or-one")
    assert (edge["on_delete"], edge["enforced"]) == ("SetNull", True)


# HTML


class Page(HTMLParser):
    """The elements of a page: their names and attributes, and the text in those that hold data or code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.held: dict[str, str] = {}
        self._within = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._within = "data" if ("type", "application/json") in attrs else tag

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within in ("script", "style", "data"):
            self.held[self._within] = self.held.get(self._within, "") + data


def page(drawn: Drawing) -> Page:
    return Page(render("html", drawn))


@pytest.fixture(params=["hostile", "shop", "nothing"])
def any_page(request: pytest.FixtureRequest) -> Page:
    if request.param == "hostile":
        return page(request.getfixturevalue("hostile"))
    return page(drawing(SHOP if request.param == "shop" else ""))


def test_a_page_has_no_handlers_no_styles_in_attributes_and_no_addresses(any_page: Page) -> None:
    for tag, attributes in any_page.elements:
        assert not [it for it in attributes if it.startswith("on") or it == "style"], tag
        for key in ("href", "src", "action", "xlink:href"):
            value = attributes.get(key)
            assert value is None or value == "data:," or value.startswith("#rg-"), (tag, value)
    assert not re.search(
        r"https?://(?!www\.w3\.org/2000/svg)", any_page.held["script"] + any_page.held["style"]
    )
    assert not re.search(
        r"\b(?:fetch|XMLHttpRequest|WebSocket|import|eval|innerHTML|outerHTML|insertAdjacentHTML)\b",
        any_page.held["script"],
    )


def test_a_page_allows_itself_its_own_code_only(any_page: Page) -> None:
    (policy,) = (
        it["content"] or ""
        for tag, it in any_page.elements
        if it.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; ")
    assert f"script-src '{_digest(any_page.held['script'])}'" in policy
    assert f"style-src '{_digest(any_page.held['style'])}'" in policy
    assert "unsafe" not in policy


def test_names_are_data_in_a_page_and_never_markup(hostile: Drawing) -> None:
    drawn = page(hostile)
    assert len([tag for tag, _ in drawn.elements if tag == "script"]) == 2
    assert [tag for tag, _ in drawn.elements].count("svg") == [
        tag for tag, _ in page(drawing(SHOP)).elements
    ].count("svg")
    data = json.loads(drawn.held["data"])
    assert [it["l"] for it in data["nodes"]] == [it.label[:2000] for it in hostile.nodes]


def test_what_a_page_embeds_is_what_it_shows() -> None:
    part = embed(drawing(SHOP))
    whole = render("html", drawing(SHOP))
    assert part.script in whole
    assert part.style in whole
    assert "data-whole" not in part.markup
    assert "<script>" not in part.markup


def test_every_name_of_the_page_that_the_script_looks_for_is_there() -> None:
    drawn = page(drawing(SHOP))
    classes = {name for _, it in drawn.elements for name in (it.get("class") or "").split()}
    wanted = set(re.findall(r'part\("\.([\w-]+)', drawn.held["script"]))
    assert wanted
    assert wanted <= classes
    acts = {it["data-do"] for _, it in drawn.elements if "data-do" in it}
    assert acts <= set(re.findall(r"\b(\w+): (?:\(|leave)", drawn.held["script"]))


@pytest.mark.parametrize("format", LAID_OUT)
def test_without_the_library_that_lays_out_it_says_which(
    format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "graphlay", None)
    with pytest.raises(MissingLibraryError, match="graphlay"):
        render(format, drawing(SHOP))


def test_the_other_formats_need_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "graphlay", None)
    assert all(render(format, drawing(SHOP)) for format in FORMATS if format not in LAID_OUT)
