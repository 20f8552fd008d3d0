"""The catalogue of shapes that comes with the labels: what is marked BAD is found, what is marked OK is not.

Some lines bear both marks, and some BAD stands in a comment about templates, which are no code.
"""

import re
from pathlib import Path

import pytest

from .sending import sent

MODELS = {
    "django_cases": "models_django",
    "drf_admin_template_cases": "models_django",
    "graphql_cases": "models_django",
    "sqlalchemy_cases": "models_sqlalchemy",
    "sqlalchemy_async_cases": "models_sqlalchemy",
}
NAMES = (
    *MODELS,
    *("sqlmodel_cases", "peewee_cases", "tortoise_cases", "prisma_py_cases", "rawdb_cases"),
)
# Its only view loads what it needs.
NOT_MISSED = ('class Meta: model = Book; fields = ["id", "tags"]',)

_MARK = re.compile(r"\b(BAD|OK)\[\w\]")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_bad_is_found_and_what_is_right_is_not(name: str, corpus: Path) -> None:
    folder = corpus / "labels" / "catalogue"
    if not folder.is_dir():
        pytest.skip("there is no catalogue beside the corpus")
    modules = [name, *([MODELS[name]] if name in MODELS else [])]
    texts = {f"{it}.py": (folder / f"{it}.py").read_text() for it in modules}
    found = set(sent(texts, path=f"{name}.py").repeated)
    bad, right = set(), set()
    for number, line in enumerate(texts[f"{name}.py"].split("\n"), start=1):
        code, _, comment = line.partition("#")
        if not code.strip() or code.startswith('"""'):
            continue
        marks = set(_MARK.findall(comment))
        if "BAD" in marks and not any(it in code for it in NOT_MISSED):
            bad.add(number)
        elif marks == {"OK"}:
            right.add(number)
    assert bad
    assert (sorted(bad - found), sorted(right & found)) == ([], [])
