"""Which file an import means: packages, folders without a file of their own, stars, cycles, services side by side."""

import pytest

from crowsfoot.facts.code import Import
from crowsfoot.frontends import python
from crowsfoot.link.code.program.program import Program

from ...libraries.sending import marked, sent

MODELS = """\
from django.db import models

class Author(models.Model):
    name = models.CharField(max_length=50)

class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
    objects = models.Manager()
"""


def program(*paths: str, **texts: str) -> Program:
    return Program({path: python.read(texts.get(path, "")) for path in paths})


def reports(main: str, path: str, **files: str) -> bool:
    """Whether the marked lines of the file at path, and no other, are said to ask once per row."""
    found = set(sent({**files, path: main}, path=path).repeated)
    assert found == marked(main, "# N")
    return bool(found)


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("from shop.models import Book", "shop/views.py"),
        ("from .models import Book", "shop/views.py"),
        ("from . import models; Book = models.Book", "shop/views.py"),
        ("from ..models import Book", "shop/api/views.py"),
        ("from .. import models as m; Book = m.Book", "shop/api/views.py"),
        ("import shop.models; Book = shop.models.Book", "shop/views.py"),
        ("import shop.models as m; Book = m.Book", "shop/views.py"),
        ("from shop import models; Book = models.Book", "main.py"),
        ("from shop.models import *", "main.py"),
        ("from .models import *", "shop/views.py"),
        ("from shop.models import Book as B; Book = B", "main.py"),
        ("try:\n    from shop.models import Book\nexcept ImportError:\n    Book = None", "main.py"),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop.models import Book", "main.py"),
    ],
)
def test_a_class_is_found_by(statement: str, where: str) -> None:
    main = f"{statement}\n\ndef f():\n    for it in Book.objects.all():\n        print(it.author.name)  # N\n"
    assert reports(
        main, where, **{"shop/models.py": MODELS, "shop/__init__.py": "", "shop/api/__init__.py": ""}
    )


def test_an_import_within_a_function_counts_there() -> None:
    main = """
def f():
    from shop.models import Book

    for it in Book.objects.all():
        print(it.author.name)  # N
"""
    assert reports(main, "main.py", **{"shop/models.py": MODELS})


def test_what_a_package_passes_on_is_found() -> None:
    main = (
        "from shop import Book\n\ndef f():\n    return [it.author.name for it in Book.objects.all()]  # N\n"
    )
    assert reports(
        main, "main.py", **{"shop/models.py": MODELS, "shop/__init__.py": "from .models import Book\n"}
    )
    assert reports(
        main, "main.py", **{"shop/models.py": MODELS, "shop/__init__.py": "from .models import *\n"}
    )
    assert reports(
        main,
        "main.py",
        **{
            "shop/models/__init__.py": "from .book import *\n",
            "shop/models/book.py": MODELS,
            "shop/__init__.py": "from shop.models import Book as Book\n",
        },
    )


def test_a_source_folder_is_where_modules_are_looked_for() -> None:
    main = "from shop.models import Book\n\ndef f():\n    return [it.author.name for it in Book.objects.all()]  # N\n"
    files = {"src/shop/__init__.py": "", "src/shop/models.py": MODELS}
    assert reports(main, "src/shop/views.py", **files)
    assert reports(main, "tests/test_shop.py", **files)
    assert reports(main, "backend/shop/views.py", **{"backend/shop/models.py": MODELS})


@pytest.mark.parametrize("folder", ["", "backend/"])
def test_modules_are_looked_for_beside_the_script_that_starts_the_project(folder: str) -> None:
    main = "from shop.models import Book\n\ndef f():\n    return [it.author.name for it in Book.objects.all()]  # N\n"
    files = {"__init__.py": "", "shop/__init__.py": "", "shop/models.py": MODELS}
    files = {folder + path: text for path, text in files.items()}
    assert reports(main, f"{folder}shop/views.py", **files, **{f"{folder}manage.py": ""})


def test_a_module_deep_in_a_package_is_no_library_that_is_called_so() -> None:
    """Not all folders of a package have an __init__.py, or one that is read."""
    main = f"{MODELS}\ndef f():\n    return [it.author.name for it in Book.objects.all()]  # N\n"
    names = "class Author: ...\nclass Book: ...\n"
    assert reports(main, "shop/models.py", **{"shop/__init__.py": "", "shop/scripts/django/db.py": names})


def test_a_program_may_be_started_in_a_package() -> None:
    main = "from app.models import Book\n\ndef f():\n    return [it.author.name for it in Book.objects.all()]  # N\n"
    files = {f"server/{path}": "" for path in ("__init__.py", "tasks/__init__.py", "app/__init__.py")}
    files["server/app/models.py"] = MODELS
    assert reports(main, "server/tasks/run.py", **files)
    assert reports(main, "server/main.py", **files)
    assert not reports(main.replace("  # N", ""), "other/tasks/run.py", **files)


def test_a_module_beside_one_of_its_name_is_a_library() -> None:
    main = "from celery import Book\n\ndef f():\n    return [it.author.name for it in Book.objects.all()]\n"
    assert not reports(main, "shop/tasks.py", **{"shop/__init__.py": "", "shop/celery.py": MODELS})


def test_a_copy_of_a_library_is_the_library() -> None:
    main = f"{MODELS}\ndef f():\n    return [it.author.name for it in Book.objects.all()]  # N\n"
    copied = {"libs/django/__init__.py": "", "libs/django/db/__init__.py": "models = object()\n"}
    assert reports(main, "shop/models.py", **copied)


def test_a_module_deep_in_a_package_is_found_from_below() -> None:
    main = "from helping import Book\n\ndef f():\n    return [it.author.name for it in Book.objects.all()]  # N\n"
    files = {"shop/__init__.py": "", "shop/scripts/helping.py": MODELS}
    assert reports(main, "shop/scripts/started.py", **files)
    assert reports(main, "shop/scripts/parts/started.py", **files)
    assert not reports(main.replace("  # N", ""), "shop/views.py", **files)


def test_a_folder_without_a_file_of_its_own_is_a_package() -> None:
    main = """
import shop.data.models
from shop import data

def f():
    return [it.author.name for it in shop.data.models.Book.objects.all()]  # N

def g():
    return [it.author.name for it in data.models.Book.objects.all()]  # N
"""
    assert reports(main, "main.py", **{"shop/data/models.py": MODELS})


def test_each_of_two_services_has_its_own_models() -> None:
    eager = MODELS.replace("models.Manager()", "Eager()").replace(
        "class Author",
        "class Eager(models.Manager):\n"
        "    def get_queryset(self):\n"
        "        return super().get_queryset().select_related('author')\n\n"
        "class Author",
    )
    files = {"one/models.py": MODELS, "two/models.py": eager}
    main = "from models import Book\n\ndef f():\n    return [it.author.name for it in Book.objects.all()]"
    assert reports(f"{main}  # N\n", "one/views.py", **files)
    assert not reports(f"{main}\n", "two/views.py", **files)


def test_the_nearest_of_two_modules_is_meant() -> None:
    paths = ("a/models.py", "a/x/models.py", "b/models.py", "a/x/views.py", "b/deep/er/views.py", "c.py")
    it = program(*paths)
    assert it.modules.file_of("models", "a/x/views.py") == "a/x/models.py"
    assert it.modules.file_of("models", "b/deep/er/views.py") == "b/models.py"
    assert it.modules.file_of("models", "a/other.py") == "a/models.py"


def test_a_module_within_a_package_is_not_looked_for_by_its_last_name() -> None:
    it = program("shop/__init__.py", "shop/queue.py", "shop/models.py", "main.py")
    assert it.modules.file_of("models", "shop/views.py") is None
    assert it.modules.file_of("shop.models", "main.py") == "shop/models.py"


def test_a_module_of_the_standard_library_is_not_one_of_the_program_elsewhere() -> None:
    it = program("tools/random.py", "tools/main.py", "shop/main.py")
    assert it.modules.file_of("random", "shop/main.py") is None
    assert it.modules.file_of("random", "tools/main.py") == "tools/random.py"


def test_an_import_that_leaves_the_project_means_nothing() -> None:
    it = program("shop/models.py", "main.py")
    assert it.modules.imported(Import(0, 0, -1, "models", "Book", 5), "shop/views.py")[0] is None
    assert it.modules.imported(Import(0, 0, -1, "", "x", 9), "main.py")[0] is None


def test_a_package_wins_over_a_module_of_its_name() -> None:
    it = program("shop/__init__.py", "shop.py", "main.py")
    assert it.modules.file_of("shop", "main.py") == "shop/__init__.py"


def test_modules_that_import_each_other_are_followed() -> None:
    one = "from two import *\nfrom shop.models import Book\n\ndef lazily():\n    return Book.objects.all()\n"
    two = "from one import *\n"
    main = "from two import lazily\n\ndef f():\n    return [it.author.name for it in lazily()]  # N\n"
    assert reports(main, "main.py", **{"one.py": one, "two.py": two, "shop/models.py": MODELS})


def test_names_that_lead_in_a_circle_mean_nothing() -> None:
    files = {"one.py": "from two import Book\n", "two.py": "from one import Book\n"}
    main = "from one import Book\nimport django\n\ndef f():\n    return [it.author for it in Book.objects.all()]\n"
    found = sent({**files, "main.py": main}, path="main.py")
    assert not any(it.query.model for group in found.repeated.values() for it in group)


def test_stars_of_many_modules_are_searched_once() -> None:
    """Each level imports both of the next: there are 2**40 ways through them, and 80 modules."""
    files = {
        f"level{level}{side}.py": f"from level{level + 1}a import *\nfrom level{level + 1}b import *\n"
        for level in range(40)
        for side in "ab"
    }
    files["level40a.py"] = files["level40b.py"] = ""
    it = Program({path: python.read(text) for path, text in files.items()})
    assert it.place_of("level0a.py", "nothing") is None
    assert it.place_of("level0a.py", "nothing") is None


def test_a_name_behind_stars_is_the_first_that_has_it() -> None:
    it = Program(
        {
            path: python.read(text)
            for path, text in {
                "a.py": "from b import *\nfrom c import *\n",
                "b.py": "from d import *\n",
                "c.py": "x = 1\n",
                "d.py": "y = x = 2\n",
            }.items()
        }
    )
    assert (it.place_of("a.py", "x") or ("", 0))[0] == "d.py"
    assert (it.place_of("c.py", "x") or ("", 0))[0] == "c.py"
    assert it.place_of("c.py", "y") is None


def test_a_package_that_imports_its_own_modules_has_them_under_their_names() -> None:
    files = {
        "shop/__init__.py": "",
        "shop/models/__init__.py": "from . import (\n    books,\n    shelves as places,\n)\nfrom shop.models import loans\n",
        "shop/models/books.py": "def one(session, key):\n    session.execute('SELECT * FROM book WHERE id = %s', (key,))\n",
        "shop/models/shelves.py": "def one(session, key):\n    session.execute('SELECT * FROM shelf WHERE id = %s', (key,))\n",
        "shop/models/loans.py": "def one(session, key):\n    session.execute('SELECT * FROM loan WHERE id = %s', (key,))\n",
        "app.py": """
import shop.models as models
from shop import models as same
def f(session, keys):
    for key in keys:
        models.books.one(session, key)  # N
        models.places.one(session, key)  # N
        same.loans.one(session, key)  # N
""",
    }
    assert set(sent(files).repeated) == marked(files["app.py"], "# N")
