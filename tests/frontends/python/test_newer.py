"""What a later Python reads is read by every Python, each thing where it stands."""

import pytest

from crowsfoot.facts.code import Call
from crowsfoot.frontends.python import read
from crowsfoot.frontends.python.newer import as_older


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ("try: a()\nexcept A, B: b()\n", "try: a()\nexcept A   : b()\n"),
        ("try: a()\nexcept a.B, error.C, D:\n    b()\n", "try: a()\nexcept a.B            :\n    b()\n"),
        ("try: a()\nexcept* A, B: b()\n", "try: a()\nexcept* A   : b()\n"),
        ("def first[T](of: list[T]) -> T: return b()\n", "def first   (of: list[T]) -> T: return b()\n"),
        ("async def f[**P, *Ts](): b()\n", "async def f          (): b()\n"),
        ("class Page[T: (int, str) = int]: x = b()\n", "class Page                     : x = b()\n"),
        ("class Page[T: dict[str, list[int]]](B[T]): x = b()\n", None),
        (
            "class Page[\n    T, # it\n](Base[T]): x = b()\n",
            "class Page(\n           \n  Base[T]): x = b()\n",
        ),
        ("class Page[\n    T: B[int],\n]: x = b()\n", "class Page(\n              \n): x = b()\n"),
        ("def first[\n    T,\n](of: list[T]) -> T: return b()\n", None),
        ("type Names = list[str]\nb()\n", "Names      = list[str]\nb()\n"),
        ("if a:\n    type Pair[T] = tuple[T, T]\n    b()\n", None),
        ('x = t"{b()}"\n', 'x = f"{b()}"\n'),
        ('x = f"{a["it"]} {a[\'s\']}"; b()\n', "x = f\"{a['it']} {a['s']}\"; b()\n"),
        ("x = f'{a['it']}{b()}'\n", "x = f'{a[\"it\"]}{b()}'\n"),
        ('x = f"{"\\n#".join(a)}"; b()\n', "x = f\"{'_n_'.join(a)}\"; b()\n"),
        ('x = f"{f"{b()}"}"\n', "x = f\"{f'{b()}'}\"\n"),
        ('x = f"{f"{a["it"]}"}"; b()\n', None),
        ('x = f"{a:{"9"}}"; b()\n', None),
        ('x = f"{\n    a["it"]\n} {\n    c}"; b()\n', "x = (0 \n           \n   \n      ); b()\n"),
        ('x = f"a\\\n{c}" f"{\n  c\n}"; b()\n', 'x = f"a\\\n{c}" (0 \n   \n ); b()\n'),
        ('x = f"{"""it"""}", "it""s", f"{{"; b()\n', None),
    ],
)
def test_what_is_newer_is_left_out(newer: str, older: str | None) -> None:
    said = as_older(newer)
    assert said is not None
    assert len(said) == len(newer)
    assert older is None or said == older
    file = read(newer)
    assert not file.problems
    calls = [it for scope in file.scopes for it in scope.values if isinstance(it, Call)]
    assert newer[calls[-1].start : calls[-1].end] == "b()"


@pytest.mark.parametrize(
    "text",
    [
        "try: a()\nexcept A as b: pass\n",
        "try: a()\nexcept (A, B): pass\n",
        "try: a()\nexcept A, error: pass\n",  # Python 2
        "type(x)\n",
        "type = 1\n",
        "type == 1\n",
        "def f(a): return a[0](1)\n",
        "x = 'it''s'\n",
        "x = 'it''{'; return''\n",
        'f"{a["it]}"\n',  # it does not end
        'f"{',
        """f"{a['it']} {f'{a}'} {{ \\" }}" # don't\n""",
        "",
    ],
)
def test_everything_else_stays(text: str) -> None:
    assert as_older(text) is None
