"""Django's models as they are read: fields, their far sides, names, tables; and the shapes of what is asked of them."""

from collections.abc import Mapping

from crowsfoot.frontends import python
from crowsfoot.libraries.django.fields import DjangoField
from crowsfoot.libraries.models import Field, Model
from crowsfoot.libraries.query import Query
from crowsfoot.link.code.analysis import link_code
from crowsfoot.link.project import File

from .sending import sent


def read(**files: str) -> Mapping[str, Model]:
    """The models of some files, by name; a__b stands for the path a/b.py."""
    found = [File(f"{name.replace('__', '/')}.py", python.read(text)) for name, text in files.items()]
    return {it.name: it for it in link_code(found).models}


def of(model: Model, name: str) -> Field:
    return model.fields[name]


LIBRARY = """
from django.conf import settings
from django.db import models

class Shelf(models.Model):
    room = models.CharField(max_length=10, db_column="room_name")

class Binding(models.Model):
    class Meta:
        abstract = True
        ordering = ["title"]
    title = models.CharField(max_length=10, unique=True)
    shelf = models.ForeignKey(Shelf, models.CASCADE, related_name="%(app_label)s_%(class)ss")

class Volume(Binding):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    readers = models.ManyToManyField("people.Person", through="Loan", related_name="volumes")
    next = models.OneToOneField("self", null=True, on_delete=models.CASCADE, related_name="previous")
    similar = models.ManyToManyField("self")
    hidden = models.ForeignKey(Shelf, models.CASCADE, related_name="+")

class Loan(models.Model):
    volume = models.ForeignKey("Volume", models.CASCADE)
    person = models.ForeignKey("people.Person", models.CASCADE, related_query_name="borrowed")

class Atlas(Volume):
    scale = models.IntegerField()

class Bound(Volume):
    class Meta:
        proxy = True
"""
PEOPLE = """
from django.contrib.auth.models import AbstractUser
from django.db import models

class Person(AbstractUser):
    class Meta:
        db_table = "humans"

class Card(models.Model):
    person = models.OneToOneField(Person, models.CASCADE, primary_key=True)
"""


def test_a_key_has_its_column_and_its_attribute() -> None:
    field = of(read(stacks__models=LIBRARY)["Volume"], "shelf")
    assert (field.kind, field.target, field.columns) == ("one", "stacks.models.Shelf", ("shelf_id",))
    assert field.key_attributes == ("shelf_id",)
    assert field.cascades
    assert not field.nullable


def test_tables_and_columns_have_the_names_that_the_database_knows() -> None:
    models = read(stacks__models=LIBRARY, people__models=PEOPLE)
    assert [models[it].table for it in ("Shelf", "Volume", "Person")] == [
        "stacks_shelf",
        "stacks_volume",
        "humans",
    ]
    assert of(models["Shelf"], "room").columns == ("room_name",)
    assert models["Bound"].table == "stacks_volume"
    assert models["Atlas"].table == "stacks_atlas"


def test_models_in_a_package_belong_to_the_application_around_it() -> None:
    models = read(core__stacks__models__shelves=LIBRARY)
    assert models["Shelf"].table == "stacks_shelf"


def test_abstract_bases_give_fields_order_and_names_of_far_sides() -> None:
    models = read(stacks__models=LIBRARY)
    assert models["Binding"].abstract
    assert models["Volume"].ordered
    assert of(models["Volume"], "title").unique
    assert of(models["Shelf"], "stacks_volumes").target == "stacks.models.Volume"
    assert "stacks_bindings" not in models["Shelf"].fields


def test_far_sides_are_called_as_django_calls_them() -> None:
    models = read(stacks__models=LIBRARY, people__models=PEOPLE)
    person, volume = models["Person"], models["Volume"]
    assert of(person, "volume_set").back == "owner"
    assert of(person, "volumes").kind == "many"
    assert of(person, "card").kind == "one"
    assert of(person, "loan_set").back == "person"
    loans = of(person, "loan_set")
    assert isinstance(loans, DjangoField)
    assert loans.query_name == "borrowed"
    assert (of(volume, "previous").kind, of(volume, "previous").back) == ("one", "next")
    assert [it for it in models["Shelf"].fields.values() if it.back == "hidden"] == []
    assert [it.name for it in volume.fields.values() if it.back == "similar"] == []


def test_the_model_of_users_is_the_one_that_derives_from_djangos() -> None:
    models = read(stacks__models=LIBRARY, people__models=PEOPLE)
    assert of(models["Volume"], "owner").target == "people.models.Person"
    assert of(models["Person"], "email").kind == "column"
    assert of(models["Person"], "groups").target == "django.contrib.auth.models.Group"
    assert of(read(stacks__models=LIBRARY)["Volume"], "owner").target == "django.contrib.auth.models.User"


def test_children_and_proxies_have_what_their_parent_has() -> None:
    models = read(stacks__models=LIBRARY, people__models=PEOPLE)
    atlas, bound = models["Atlas"], models["Bound"]
    assert atlas.primary_key == ("volume_ptr",)
    assert of(models["Volume"], "atlas").kind == "one"
    assert of(bound, "loan_set").inherited
    assert of(atlas, "shelf").inherited
    assert bound.primary_key == ("id",)
    assert models["Card"].primary_key == ("person",)


def test_a_base_of_a_package_that_nobody_knows_is_a_model_by_its_fields() -> None:
    models = read(
        app__models="""
from django.db import models
from django_extensions.db.models import TimeStampedModel
from wagtail.models import Unheard

class One(TimeStampedModel):
    pass

class Two(Unheard):
    name = models.CharField(max_length=10)

class Three(Unheard):
    name = "no field"
""",
        app__others="""
from django import forms
from django.db import models
from nobodys.models import Dated

class Four(Dated):
    name = models.CharField(max_length=10)

class Five(Four):
    class Meta:
        proxy = True

class Six(Dated):
    name = forms.CharField(max_length=10)
""",
    )
    assert {"One", "Two", "Four", "Five"} <= set(models)
    assert not {"Three", "Six"} & set(models)


def test_fields_of_the_program_are_what_they_derive_from() -> None:
    models = read(
        app__models="""
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models

class Money(models.DecimalField):
    pass

class Key(models.ForeignKey):
    pass

class Remarks(GenericRelation):
    pass

class Remark(models.Model):
    content_type = models.ForeignKey("contenttypes.ContentType", on_delete=models.CASCADE)
    object_id = models.PositiveIntegerField()

class Shop(models.Model):
    till = Money()
    remarks = Remarks(Remark)

class Sale(models.Model):
    shop = Key(Shop, on_delete=models.CASCADE, related_name="sales")
"""
    )
    assert of(models["Shop"], "till").kind == "column"
    assert of(models["Shop"], "remarks").target == "app.models.Remark"
    assert of(models["Sale"], "shop").target == "app.models.Shop"
    assert of(models["Shop"], "sales").kind == "many"


def query_of(line: str) -> Query:
    code = "from django.db.models import F, Q, Max\nfrom stacks.models import Volume\n" + line
    queries = sent({"app.py": code, "stacks/models.py": LIBRARY, "people/models.py": PEOPLE}).queries
    return queries[3][0]


def test_lookups_say_how_columns_are_compared() -> None:
    found = query_of(
        'Volume.objects.get(title="x", shelf__room__in=["a"], owner=None, next__isnull=True, id__gt=3)'
    )
    assert found.equal == ("title",)
    assert found.among == ("shelf.room",)
    assert found.null == ("owner", "next")
    assert found.ranges == ("id",)
    assert (found.table, found.operation, found.many) == ("stacks_volume", "select", False)


def test_the_key_of_a_relation_is_the_relation() -> None:
    assert query_of("Volume.objects.get(shelf_id=1)").equal == ("shelf",)
    assert query_of("Volume.objects.get(shelf__id=1)").equal == ("shelf",)
    assert query_of("Volume.objects.get(shelf=1)").equal == ("shelf",)
    assert query_of("Volume.objects.get(pk=1)").equal == ("id",)


def test_what_no_index_serves_is_among_the_others() -> None:
    found = query_of(
        'list(Volume.objects.exclude(title="x").filter(Q(shelf=1) | Q(owner=2), title__icontains="y"))'
    )
    assert set(found.others) == {"title", "shelf", "owner"}
    assert not found.equal
    assert found.many


def test_conditions_that_all_hold_are_each_compared() -> None:
    found = query_of("list(Volume.objects.filter(Q(shelf=1) & Q(owner__in=[1, 2])))")
    assert (found.equal, found.among) == (("shelf",), ("owner",))


def test_lookups_name_far_sides_by_their_query_name() -> None:
    assert query_of("list(Volume.objects.filter(loan__person=1))").equal == ("loan_set.person",)


def test_order_limit_and_loaded_relations_are_told() -> None:
    found = query_of('list(Volume.objects.select_related("shelf").order_by("-title", "shelf__room")[:10])')
    assert found.order == (("title", "desc"), ("shelf.room", "asc"))
    assert (found.limit, found.loads) == (10, ("shelf",))
    assert query_of("Volume.objects.first()").order == (("title", "asc"),)
    assert query_of('Volume.objects.latest("id")').order == (("id", "desc"),)


def test_operations_are_told_apart() -> None:
    for method, operation in (
        ("count()", "count"),
        ("exists()", "exists"),
        ("aggregate(Max('id'))", "aggregate"),
        ("create(title='x')", "insert"),
        ("update(title='x')", "update"),
        ("delete()", "delete"),
        ("get_or_create(title='x')", "get-or-create"),
        ("update_or_create(title='x')", "upsert"),
    ):
        assert query_of(f"Volume.objects.{method}").operation == operation


def test_what_to_write_instead_goes_the_whole_way() -> None:
    code = """from stacks.models import Loan, Shelf
for loan in Loan.objects.select_related("volume"):
    loan.volume.shelf.room
for shelf in Shelf.objects.all():
    for volume in shelf.stacks_volumes.all():
        volume.next
for name in open("names"):
    Shelf.objects.get(pk=name)
    Shelf.objects.get(room=name)
"""
    found = sent({"app.py": code, "stacks/models.py": LIBRARY}).repeated
    assert [found[line][0].query.instead for line in (3, 5, 6, 8, 9)] == [
        'select_related("volume__shelf")',
        'prefetch_related("stacks_volumes")',
        'prefetch_related("stacks_volumes__next")',
        "Shelf.objects.in_bulk(…)",
        "Shelf.objects.filter(room__in=…)",
    ]
