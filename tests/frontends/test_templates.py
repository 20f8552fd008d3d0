"""A template says what it loops over, reads, includes and extends; whatever it holds, reading it ends."""

import pytest

from crowsfoot.facts.code import Attribute, Call, Included, Lookup, Scope, Text
from crowsfoot.facts.templates import TemplateFile
from crowsfoot.frontends import templates
from crowsfoot.link.code.evaluation.shown import shown


def read(text: str) -> Scope:
    """What the template itself shows."""
    return templates.read(text).scopes[1]


def looked_up(text: str) -> list[tuple[str, str]]:
    """Each lookup: as it is shown, and the text at its place."""
    scope = read(text)
    return [
        (shown(scope, number), text[it.start : it.end])
        for number, it in enumerate(scope.values)
        if isinstance(it, Lookup)
    ]


def params(text: str) -> list[str]:
    return [it.name for it in read(text).params]


def test_a_lookup_stands_where_it_is_written() -> None:
    text = "ä {% for book in books %}{{ book.author.name }}{% endfor %}"
    assert looked_up(text) == [("book.author", "book.author"), ("book.author.name", "book.author.name")]


def test_what_nothing_binds_is_given() -> None:
    text = "{% for book in books %}{{ book }}{{ other }}{% endfor %}{{ book }}"
    assert params(text) == ["books", "other", "book"]


def test_loops_stand_in_loops() -> None:
    scope = read("{% for a in x %}{% for b in a.y %}{% endfor %}{{ c.d }}{% endfor %}{{ e.f }}")
    assert [(it.target, it.parent) for it in scope.loops] == [("a", -1), ("b", 0)]
    found = {it.name: it.loop for it in scope.values if isinstance(it, Lookup)}
    assert found == {"y": 0, "d": 0, "f": -1}


def test_what_follows_empty_is_not_in_the_loop() -> None:
    scope = read("{% for a in x %}{{ a.b }}{% empty %}{{ c.d }}{% endfor %}")
    assert {it.name: it.loop for it in scope.values if isinstance(it, Lookup)} == {"b": 0, "d": -1}


def test_a_loop_may_unpack() -> None:
    text = "{% for key, book in books.items %}{{ book.author }}{% endfor %}"
    assert ("book.author", "book.author") in looked_up(text)


@pytest.mark.parametrize(
    "text",
    [
        "{% comment %}{{ a.b }}{% endcomment %}",
        "{% comment 'why' %}{% for a in b %}{% endcomment %}",
        "{% verbatim %}{{ a.b }}{% endverbatim %}",
        "{% raw %}{{ a.b }}{% endraw %}",
        "{# {{ a.b }} #}",
        "{% cache 500 name %}{{ a.b }}{% endcache %}",
        "{{ a.b",
        "{% if a.b",
        "{{ }}",
        "{% %}",
        "a.b",
    ],
)
def test_what_is_not_shown_is_not_read(text: str) -> None:
    assert looked_up(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "{{ a.b }}",
        "{{- a.b -}}",
        "{{ a.b|upper }}",
        "{{ a.b|default:'x'|upper }}",
        "{{ a.b|default('x') }}",
        "{% if a.b %}{% endif %}",
        "{% if not a.b %}{% endif %}",
        "{% if x and a.b == 'y' %}{% endif %}",
        "{% if a.b in x %}{% endif %}",
        "{% if a.b is not none %}{% endif %}",
        "{% if x %}{% elif a.b %}{% endif %}",
        "{% with c=a.b %}{% endwith %}",
        "{% with a.b as c %}{% endwith %}",
        "{% set c = a.b %}",
        "{% url 'name' a.b %}",
        "{% url 'name' key=a.b as c %}",
        "{% some_tag a.b %}",
        "{% blocktranslate with c=a.b %}{{ c }}{% endblocktranslate %}",
        "{% include 'x.html' with c=a.b only %}",
        "{% ifchanged a.b %}{% endifchanged %}",
        "{{ f(x, a.b) }}",
        "{{ [1, a.b] }}",
        "{{ {'k': a.b} }}",
        "{{ (a.b) }}",
        "{{ 'x' ~ a.b }}",
        "{{ x if a.b else y }}",
        "{% macro m() %}{% endmacro %}{{ a.b }}",
        "{% for a in a.b %}{% endfor %}",
        "{% endfor %}{% endif %}{{ a.b }}",
        "{{ 'unclosed }}{{ a.b }}",
    ],
)
def test_what_is_read_is_found(text: str) -> None:
    assert looked_up(text) == [("a.b", "a.b")]


def test_only_what_jinja_calls_is_a_call() -> None:
    scope = read("{{ a.b }}{{ a.c() }}")
    assert [it.called for it in scope.values if isinstance(it, Lookup)] == [False, True]
    assert len([it for it in scope.values if isinstance(it, Call)]) == 1


def test_an_element_of_a_list_is_looked_up_by_its_number() -> None:
    assert [name for name, _ in looked_up("{{ a.0.b }}")] == ["a.0", "a.0.b"]


def test_a_filter_that_goes_over_rows_is_a_loop() -> None:
    scope = read("{{ books|join:', ' }}")
    assert [it.kind for it in scope.loops] == ["comprehension"]
    assert any(isinstance(it, Text) and it.loop == 0 for it in scope.values)


def test_a_filter_by_a_path_reads_it_of_each() -> None:
    names = [name for name, _ in looked_up("{% for a in books|dictsort:'author.name' %}{% endfor %}")]
    assert names == ["each.author", "each.author.name"]


def test_an_include_is_given_what_is_bound() -> None:
    scope = read("{% for a in x %}{% with b=a.c %}{% include 'r.html' with d=b %}{% endwith %}{% endfor %}")
    found = next(it for it in scope.values if isinstance(it, Included))
    assert found.template == "r.html"
    assert not found.alone
    assert {name for name, _ in found.named} == {"a", "b", "d", "forloop", "loop"}


def test_an_include_alone_is_given_what_it_names() -> None:
    scope = read("{% for a in x %}{% include 'r.html' with d=a only %}{% endfor %}")
    found = next(it for it in scope.values if isinstance(it, Included))
    assert found.alone
    assert [name for name, _ in found.named] == ["d"]


def test_blocks_and_macros_are_scopes() -> None:
    found = templates.read(
        "{% extends 'b.html' %}{% block a %}{% block b %}{{ block.super }}{% endblock %}{% endblock %}"
        "{% macro m(x, y=1) %}{{ x.z }}{% endmacro %}"
    )
    assert found.extends == "b.html"
    assert {(it.name, it.shows_super) for it in found.blocks} == {("a", True), ("b", True)}
    [(name, number)] = found.macros
    assert name == "m"
    assert [it.name for it in found.scopes[number].params] == ["x", "y"]


def test_the_first_pass_is_no_other() -> None:
    scope = read("{% for a in x %}{% if forloop.first %}{{ a.b }}{% endif %}{{ a.c }}{% endfor %}")
    at = {it.name: number for number, it in enumerate(scope.values) if isinstance(it, Lookup)}
    [(loop, first, end)] = scope.seldom
    assert loop == 0
    assert first <= at["b"] < end <= at["c"]


def comments(text: str) -> list[tuple[tuple[str, ...], str]]:
    found = templates.read(text)
    return [(it.rules, text[it.covers.start : it.covers.end] if it.covers else "") for it in found.comments]


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("a {{ b }} {# crowsfoot: allow x #}\nc", "a {{ b }} {# crowsfoot: allow x #}"),
        ("{# crowsfoot: allow x -- why #}\n\n  a\nb", "a"),
        ("<!-- crowsfoot: allow x -->\n  a", "a"),
        ("{# crowsfoot: allow x #}\n<!-- crowsfoot: allow x -->\na", "a"),
        ("{# crowsfoot: allow x #} a\nb", "{# crowsfoot: allow x #} a"),
        ("{# crowsfoot: allow-file x #}\na", ""),
        ("{# crowsfoot: allow x #}", ""),
    ],
)
def test_a_comment_covers_its_line_or_the_next(text: str, covered: str) -> None:
    found = comments(text)
    assert {rules for rules, _ in found} == {("x",)}
    assert covered in {it.removesuffix("\r") for _, it in found}


def test_a_comment_that_names_no_rule_is_a_problem() -> None:
    assert [it.kind for it in templates.read("{# crowsfoot: allow #}").problems] == ["directive"]
    assert templates.read("{# crowsfoot reads this #}").problems == ()


HOSTILE = {
    "openings": "{{" * 100_000,
    "loops": "{% for x in y %}" * 10_000,
    "blocks": "{% block a %}" * 10_000,
    "quotes": '{% x "' * 10_000,
    "brackets": "{{" + "(" * 15_000 + "}}",
    "calls": "{{ " + "a(" * 5_000 + "}}",
    "negations": "{{ " + "not " * 4_000 + "}}",
    "conditions": "{{ a" + " if b else c" * 1_500 + "}}",
    "filters": "{{ " + "a|b:" * 4_000 + "}}",
    "lookups": "{{ " + "a." * 9_000 + "}}",
    "variables": "".join(f"{{% set a{it} = b %}}{{% include 'x' %}}" for it in range(2_000)),
    "comments": "{# crowsfoot: allow x #}\n" * 3_000,
    "html comments": "<!-- crowsfoot" * 20_000,
    "skipped": "{% comment %}" * 50_000,
    "ends": "{% endfor %}{% endblock %}" * 10_000,
    "numbers": "{{ " + "9" * 15_000 + " }}{{ a." + "9" * 15_000 + " }}",
    "one line": "<p>" + "{{ a.b }}" * 20_000,
    "controls": "".join(map(chr, range(0x20))) + "{{ \x00a.b\ud800 }}{% \u2028 %}",
    "tags of all kinds": "".join(
        f"{{% {it} %}}{{% {it} a %}}{{% {it} a b=c as %}}{{% {it} 'x' in | , . ( %}}"
        for it in (
            *("for", "if", "elif", "else", "empty", "with", "set", "block", "extends", "include", "macro"),
            *("import", "from", "regroup", "ifchanged", "cache", "blocktrans", "call", "filter", "endfor"),
        )
    ),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_templates_are_read_to_their_end(text: str) -> None:
    found = templates.read(text)
    assert isinstance(found, TemplateFile)
    for scope in found.scopes:
        assert 0 <= scope.range.start <= scope.range.end <= len(text)
        for number, it in enumerate(scope.values):
            assert 0 <= it.start <= it.end <= len(text)
            assert it.loop < len(scope.loops)
            if isinstance(it, Attribute):
                assert it.of < number
        for loop in scope.loops:
            assert 0 <= loop.start <= loop.end <= len(text)


@pytest.mark.parametrize("cut", range(0, 260, 7))
def test_a_template_may_end_anywhere(cut: int) -> None:
    text = (
        "{% extends 'b' %}{% block c %}{% for a, b in x.items|slice:':5' %}{{ a.b|default:c.d }}"
        "{% include 'r' with e=a.f only %}{% if a and not b.c == 3 %}{{ f(a, b=c)[1:2].d }}{% endif %}"
        "{% endfor %}{% endblock %}{% macro m(a, b=1) %}{% set c = [a, {'k': b}] %}{% endmacro %}"
    )
    templates.read(text[:cut])
    templates.read(text[cut:])
