"""What the evaluator asks of libraries, and which of them answer."""

from importlib import import_module

import pytest

from crowsfoot.libraries import KNOWN
from crowsfoot.libraries.library import Library, answers
from crowsfoot.libraries.sqlalchemy import LIBRARY as SQLALCHEMY
from crowsfoot.libraries.sqlmodel import LIBRARY as SQLMODEL


@pytest.mark.parametrize("name", sorted({*KNOWN.values(), "raw"}))
def test_a_library_answers_only_what_is_asked(name: str) -> None:
    library = import_module(f"crowsfoot.libraries.{name}").LIBRARY
    assert isinstance(library, Library)
    assert library.PACKAGES
    assert {it for it in dir(library) if not it.startswith("_")} <= set(dir(Library))


def test_what_sqlalchemy_does_for_models_of_sqlmodel_is_done_once() -> None:
    for hook in (Library.connect, Library.received, Library.guess, Library.review_function):
        assert (answers(SQLALCHEMY, hook), answers(SQLMODEL, hook)) == (True, False)
