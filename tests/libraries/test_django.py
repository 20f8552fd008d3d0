"""Django: what rows and query sets ask once per row, and what comes along. Measured on Django 3.2, 5.2 and 6.1.3."""

import pytest

from .sending import marked, sent

MODELS = """
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.db import models


class Harbour(models.Model):
    name = models.CharField(max_length=50)
    country = models.ForeignKey("Country", null=True, on_delete=models.SET_NULL)


class Country(models.Model):
    name = models.CharField(max_length=50)


class Stamped(models.Model):
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="%(class)s_notes")

    class Meta:
        abstract = True


class ShipSet(models.QuerySet):
    def afloat(self):
        return self.filter(sunk=False)

    def with_home(self):
        return self.select_related("home")


class Ship(Stamped):
    name = models.CharField(max_length=50)
    log = models.TextField()
    sunk = models.BooleanField(default=False)
    home = models.ForeignKey(Harbour, on_delete=models.CASCADE, related_name="ships")
    flags = models.ManyToManyField("Flag")
    escort = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="escorted")
    objects = ShipSet.as_manager()

    def __str__(self):
        return f"{self.name} of {self.home.name}"

    @property
    def country(self):
        return self.home.country

    def shout(self):
        return self.name.upper()


class Flag(models.Model):
    colour = models.CharField(max_length=50)


class Papers(models.Model):
    ship = models.OneToOneField(Ship, on_delete=models.CASCADE, related_name="papers")
    number = models.CharField(max_length=50)


class Voyage(models.Model):
    ship = models.ForeignKey(Ship, on_delete=models.CASCADE)
    begun = models.DateField()

    class Meta:
        ordering = ["begun"]


class Ferry(Ship):
    line = models.CharField(max_length=50)


class Note(models.Model):
    content_type = models.ForeignKey("contenttypes.ContentType", on_delete=models.CASCADE)
    object_id = models.PositiveIntegerField()
    about = GenericForeignKey()


class Lighthouse(models.Model):
    notes = GenericRelation(Note)
    keepers = models.ManyToManyField("Keeper", through="Watch")


class Keeper(models.Model):
    name = models.CharField(max_length=50)


class Watch(models.Model):
    keeper = models.ForeignKey(Keeper, on_delete=models.CASCADE)
    lighthouse = models.ForeignKey(Lighthouse, on_delete=models.CASCADE)
"""
HEAD = """
from django.db import transaction
from django.db.models import Count, F, Prefetch, Q, prefetch_related_objects
from django.shortcuts import get_object_or_404
from fleet.models import Country, Ferry, Flag, Harbour, Keeper, Lighthouse, Note, Papers, Ship, Voyage
"""


def lines_of(body: str) -> set[int]:
    """The lines of the body that send something once per row; the mark `# N` claims it."""
    code = HEAD + body
    found = sent({"app.py": code, "fleet/models.py": MODELS, "fleet/__init__.py": ""})
    return set(found.repeated) ^ marked(code, "# N")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            """
def go():
    for ship in Ship.objects.all():
        ship.home.name  # N
        ship.home_id
        ship.pk
""",
            id="a foreign key is asked, its column is there",
        ),
        pytest.param(
            """
def go():
    for ship in Ship.objects.select_related("home"):
        ship.home.country.name  # N
    for ship in Ship.objects.select_related("home__country"):
        ship.home.country.name
""",
            id="select_related goes as far as it says",
        ),
        pytest.param(
            """
def go():
    for ship in Ship.objects.prefetch_related("home"):
        ship.home.name
    for ship in Ship.objects.select_related("home").select_related(None):
        ship.home.name  # N
    for ship in Ship.objects.prefetch_related("home").prefetch_related(None):
        ship.home.name  # N
""",
            id="prefetch_related does for one row as well, and None takes both back",
        ),
        pytest.param(
            """
def go():
    for ship in Ship.objects.select_related():
        ship.home.name
        ship.escort  # N
""",
            id="select_related without names follows what cannot be NULL",
        ),
        pytest.param(
            """
def go():
    for ship in Ship.objects.all():
        ship.papers.number  # N
    for ship in Ship.objects.all():
        if hasattr(ship, "papers"):  # N
            pass
    for ship in Ship.objects.select_related("papers"):
        ship.papers.number
    for papers in Papers.objects.select_related("ship"):
        papers.ship.papers.number
""",
            id="the far side of a one-to-one is asked, unless it was come from",
        ),
        pytest.param(
            """
def go():
    for harbour in Harbour.objects.all():
        for ship in harbour.ships.all():  # N
            ship.home.name
    for harbour in Harbour.objects.prefetch_related("ships"):
        for ship in harbour.ships.all():
            ship.home.name
""",
            id="rows of a relation know the row that they were reached by",
        ),
        pytest.param(
            """
def land(ship):
    return ship.home.country


def go(harbour):
    for ship in harbour.ships.all():
        ship.home.country
        land(ship)
        ship.home.ships.count()  # N
    for harbour in Harbour.objects.prefetch_related("ships"):
        for ship in harbour.ships.all():
            ship.home.country  # N
""",
            id="what is read of the row that all lead back to is read once for that one",
        ),
        pytest.param(
            """
def go():
    for ship in Ship.objects.all():
        for flag in ship.flags.all():  # N
            for other in flag.ship_set.all():  # N
                other.home  # N
""",
            id="rows of a many-to-many relation know nothing",
        ),
        pytest.param(
            """
def go():
    for harbour in Harbour.objects.prefetch_related("ships"):
        harbour.ships.count()
        harbour.ships.exists()
        harbour.ships.all()[0]
        harbour.ships.all()[:3]
        len(harbour.ships.all())
        bool(harbour.ships.all())
        harbour.ships.first()  # N
        harbour.ships.last()  # N
        harbour.ships.get(name="x")  # N
        harbour.ships.aggregate(Count("id"))  # N
        list(harbour.ships.filter(sunk=True))  # N
        list(harbour.ships.exclude(sunk=True))  # N
        list(harbour.ships.order_by("name"))  # N
        list(harbour.ships.values_list("name"))  # N
        list(harbour.ships.all().select_related("escort"))  # N
        list(harbour.ships.all().distinct())  # N
        list(harbour.ships.iterator())  # N
        list(harbour.ships.only("name"))  # N
        harbour.ships.latest("id")  # N
""",
            id="what a prefetched relation answers, and what it asks all the same",
        ),
        pytest.param(
            """
def go():
    for ship in Ship.objects.prefetch_related("voyage_set"):
        ship.voyage_set.first()
        ship.voyage_set.last()  # N
""",
            id="first() of a prefetched relation is there where the model has an order",
        ),
        pytest.param(
            """
def go():
    for harbour in Harbour.objects.prefetch_related(Prefetch("ships", Ship.objects.order_by("name"))):
        harbour.ships.first()
        harbour.ships.last()  # N
        list(harbour.ships.all().all())  # N
        list(harbour.ships.using("other"))  # N
""",
            id="an order of the query set of a Prefetch is as good, and a copy of what is there is not there",
        ),
        pytest.param(
            """
def go(homes):
    for ship in Ship.objects.all():
        ship.home = homes[ship.home_id]
        ship.home.name
    for name in homes:
        Ship(name=name, home=homes[name]).home
        Ship(name=name, home_id=1).home  # N
""",
            id="a relation that has been given is there",
        ),
        pytest.param(
            """
def go():
    for ship in Ship.objects.raw("SELECT * FROM fleet_ship"):
        ship.home  # N
    for ship in Ship.objects.raw("SELECT * FROM fleet_ship").prefetch_related("home"):
        ship.home
    for _ in range(Ship.objects.count()):
        Ship.objects.none().count()
        list(Ship.objects.none())
""",
            id="rows of raw() are rows, and none() asks nothing",
        ),
        pytest.param(
            """
def go(ships):
    kept = []
    for ship in ships:
        kept.append(Papers(ship=ship))
        if len(kept) >= 500:
            Papers.objects.bulk_create(kept)
            kept = []
        Flag.objects.bulk_create([Flag(colour=ship)])  # N
    Papers.objects.bulk_create(kept)
""",
            id="what is gathered over passes is written for many at a time",
        ),
        pytest.param(
            """
def named(harbour):
    return harbour.country.name


def go(ships, harbour):
    for ship in ships:
        harbour.country.name
        named(harbour)
        named(ship.home)  # N
""",
            id="a row that is the same in each pass loads a relation once",
        ),
        pytest.param(
            """
from django.contrib import admin
from django.db.models.signals import post_save
from django.dispatch import receiver


@admin.register(Ship)
class Page(admin.ModelAdmin):
    list_display = ["name"]

    def sink(self, request, queryset):
        for ship in queryset:
            ship.home  # N
            ship.save()  # N


@receiver(post_save, sender=Harbour)
def told(sender, instance, **kwargs):
    for ship in instance.ships.all():
        ship.flags.count()  # N
""",
            id="Django gives rows to actions of the admin and to receivers of signals",
        ),
        pytest.param(
            """
from django.db import models
from django_filters import FilterSet


class ShipFilter(FilterSet):
    class Meta:
        model = Ship


def go(request):
    for ship in ShipFilter(request.GET, queryset=Ship.objects.select_related("home")).qs:
        ship.home
        ship.escort  # N
    for ship in ShipFilter(request.GET).qs:
        ship.home  # N
""",
            id="a set of filters hands on the rows of its query set",
        ),
        pytest.param(
            """
from django.db import models


class Afloat(models.Manager):
    def get_queryset(self):
        return super().get_queryset().select_related("home")

    def old(self):
        return self.filter(name="old")


class Boat(models.Model):
    home = models.ForeignKey(Harbour, on_delete=models.CASCADE, related_name="boats")
    owner = models.ForeignKey("Boat", null=True, on_delete=models.CASCADE)
    objects = Afloat()

    def save(self, *args, **kwargs):
        self.flag = Flag.objects.get(colour="red")
        super().save(*args, **kwargs)


class Raft(models.Model):
    home = models.ForeignKey(Harbour, on_delete=models.CASCADE)
    objects = models.Manager.from_queryset(type(Ship.objects.all()))()
    rafts = Afloat.from_queryset(models.QuerySet)()


def go():
    for boat in Boat.objects.all():
        boat.home
        boat.owner  # N
    for boat in Boat.objects.old():
        boat.home
    for harbour in Harbour.objects.prefetch_related("boats"):
        for boat in harbour.boats.all():
            boat.owner  # N
    for raft in Raft.rafts.all():
        raft.home
    for boat in Boat.objects.all():
        boat.save()  # N
""",
            id="a manager of the program says what its rows come with",
        ),
        pytest.param(
            """
def go():
    rows = Harbour.objects.prefetch_related(
        Prefetch("ships", queryset=Ship.objects.select_related("escort"), to_attr="fleet")
    )
    for harbour in rows:
        for ship in harbour.fleet:
            ship.escort
            ship.home
            ship.flags.count()  # N
        harbour.ships.count()  # N
""",
            id="to_attr is a list of its own, and its rows are as its query set says",
        ),
        pytest.param(
            """
def go():
    for harbour in Harbour.objects.prefetch_related(Prefetch("ships", Ship.objects.with_home()), "ships__flags"):
        for ship in harbour.ships.all():
            list(ship.flags.all())
            ship.voyage_set.count()  # N
""",
            id="a path goes on from an earlier Prefetch",
        ),
        pytest.param(
            """
def go():
    for ship in Ship.objects.only("name"):
        ship.name
        ship.id
        ship.home_id  # N
    for ship in Ship.objects.defer("log"):
        ship.name
        ship.log  # N
    for ship in Ship.objects.select_related("home").only("name", "home__name"):
        ship.home.name
        ship.home.country_id  # N
    for ship in Ship.objects.only("name").defer(None):
        ship.log
""",
            id="columns that were left out are asked for one by one",
        ),
        pytest.param(
            """
def go():
    for row in Ship.objects.values("name", "home__name"):
        row["home__name"]
    for name, home in Ship.objects.values_list("name", "home__name"):
        name.home
    for ship in Ship.objects.annotate(trips=Count("voyage"), where=F("home__name")):
        ship.trips, ship.where
""",
            id="values and annotations are there",
        ),
        pytest.param(
            """
def go():
    for ship in Ship.objects.afloat().with_home():
        ship.home.name
    for ship in Ship.objects.with_home().afloat():
        ship.home.name
    for ship in Ship.objects.afloat():
        ship.home.name  # N
    for harbour in Harbour.objects.prefetch_related("ships"):
        list(harbour.ships.afloat())  # N
""",
            id="methods of the program's query sets hand on what is loaded",
        ),
        pytest.param(
            """
def go():
    for ship in Ship.objects.all():
        print(ship)  # N
    for ship in Ship.objects.select_related("home"):
        print(f"{ship}")
    for ship in Ship.objects.all():
        ship.shout()
        ship.country  # N
""",
            id="__str__ and properties are gone into",
        ),
        pytest.param(
            """
def go():
    for ferry in Ferry.objects.all():
        ferry.ship_ptr
        ferry.home.name  # N
        ferry.voyage_set.count()  # N
        ferry.ferry_notes if False else None
""",
            id="a child has the relations of its parent, and the parent's row is its own",
        ),
        pytest.param(
            """
def go():
    for note in Note.objects.all():
        note.about  # N
        note.content_type_id
    for note in Note.objects.prefetch_related("about"):
        note.about
    for it in Lighthouse.objects.all():
        list(it.notes.all())  # N
        it.keepers.count()  # N
""",
            id="generic relations are relations",
        ),
        pytest.param(
            """
def go(user):
    for ship in Ship.objects.all():
        ship.noted_by.email  # N
    for reader in user.groups.all():
        reader.user_set.count()  # N
        reader.permissions.exists()  # N
""",
            id="the model of users is Django's own where the program has none",
        ),
        pytest.param(
            """
def go(names):
    for name in names:
        Ship.objects.get(name=name)  # N
        get_object_or_404(Ship, name=name)  # N
        Ship.objects.filter(name=name)
        Ship.objects.create(name=name)  # N
        Ship.objects.get_or_create(name=name)  # N
        Ship(name=name)
        Ship(name=name).save()  # N
        Ship.objects.filter(name=name).update(sunk=True)  # N
        Ship.objects.filter(name=name).delete()  # N
    found = Ship.objects.in_bulk(names)
    return [found[name] for name in names]
""",
            id="what is sent and what is only made",
        ),
        pytest.param(
            """
def go():
    with transaction.atomic():
        for ship in Ship.objects.all():
            ship.sunk = True
            ship.save()  # N
            ship.flags.add(1)  # N
            ship.flags.clear()  # N
            ship.refresh_from_db()  # N
            ship.delete()  # N
    Ship.objects.bulk_update(Ship.objects.all(), ["sunk"])
    Ship.objects.bulk_create([Ship(name=str(it)) for it in range(10)])
""",
            id="a transaction saves no statement",
        ),
        pytest.param(
            """
def go(count):
    rows = Ship.objects.all()
    for index in range(count):
        rows[index]  # N
    len(rows)
    for index in range(count):
        rows[index]
        rows.count()
        rows.exists()
    for _ in range(count):
        list(rows)
""",
            id="a query set keeps its rows once it has them",
        ),
        pytest.param(
            """
def go():
    ships = list(Ship.objects.all())
    prefetch_related_objects(ships, "home", "flags")
    for ship in ships:
        ship.home.name
        ship.flags.count()
""",
            id="prefetch_related_objects loads for rows that are there",
        ),
        pytest.param(
            """
def go(harbours):
    found = Ship.objects.none()
    for harbour in Harbour.objects.all():
        found = found | Ship.objects.filter(home=harbour)
    return list(found)
""",
            id="putting query sets together sends nothing",
        ),
        pytest.param(
            """
def go(some):
    rows = Ship.objects.all()
    if some:
        rows = rows.select_related("home")
    for ship in rows:
        ship.home.name
""",
            id="what may be loaded counts as loaded",
        ),
        pytest.param(
            """
def go(names, *more):
    for ship in Ship.objects.select_related(*names):
        ship.home.name
    for ship in Ship.objects.prefetch_related(*more):
        ship.flags.all().count()
""",
            id="what nobody can tell counts as loaded",
        ),
        pytest.param(
            """
from django.db import models


class Fleet(models.Model):
    def __iter__(self):
        return iter(self.vessels.all())


class Vessel(models.Model):
    fleet = models.ForeignKey(Fleet, related_name="vessels", on_delete=models.CASCADE)
    home = models.ForeignKey(Harbour, on_delete=models.CASCADE)


class Register:
    def __init__(self, fleets):
        self.fleets = fleets

    def __iter__(self):
        for fleet in self.fleets:
            yield from fleet.vessels.all()  # N


def go():
    for fleet in Fleet.objects.all():  # N
        for vessel in fleet:
            vessel.home.name  # N
    for fleet in Fleet.objects.prefetch_related("vessels__home"):
        for vessel in fleet:
            vessel.home.name


def listed():
    for vessel in Register(Fleet.objects.all()):
        vessel.home.name  # N
""",
            id="a row that is gone over has what its __iter__() gives",
        ),
        pytest.param(
            """
from django.db import models
from treebeard.mp_tree import MP_Node


class Ocean(MP_Node):
    name = models.CharField(max_length=100)
    owner = models.ForeignKey(Harbour, on_delete=models.CASCADE)


def go():
    for ocean in Ocean.get_root_nodes():
        ocean.owner.name  # N
        for within in ocean.get_descendants().select_related("owner"):  # N
            within.owner.name
    for ocean in Ocean.get_tree().select_related("owner"):
        ocean.owner.name
        ocean.get_parent()  # N
""",
            id="rows of a tree",
        ),
        pytest.param(
            """
class Fleet:
    def __init__(self, home):
        self.home, self.ships = home, home.ships.filter(sunk=False)

    def flags(self):
        if not hasattr(self, "colours"):
            self.colours = Flag.objects.order_by("colour")
        return self.colours

    def of(self, name):
        return [ship for ship in self.ships if ship.name == name]

    def coloured(self, name):
        return [flag for flag in self.colours if flag.colour == name]

    def anew(self, name):
        return [ship for ship in self.ships.all() if ship.name == name]

    def choose(self, name):
        self.chosen = self.home.ships.filter(name=name)

    def listed(self, names):
        self.flags()
        for name in names:
            self.of(name)
            self.coloured(name)
            for ship in self.ships:
                ship.log
            self.anew(name)  # N
            self.choose(name)
            for ship in self.chosen:  # N
                ship.log


def go(names):
    fleet = Fleet(Harbour.objects.get())
    for name in names:
        fleet.of(name)
    for harbour in Harbour.objects.all():
        Fleet(harbour).of(harbour.name)  # N
""",
            id="a query set that an object was made with keeps its rows for that object",
        ),
        pytest.param(
            """
def go(more):
    paths = ["home", "flags", "escort", "escorted", "flags__ship_set", "noted_by", *[it.lower() for it in more]]
    for ship in Ship.objects.prefetch_related(*paths):
        ship.noted_by.username
        ship.home.country
""",
            id="of a list that is not written out, what is not known counts as loaded as well",
        ),
        pytest.param(
            """
def go(names, *more):
    for ship in Ship.objects.prefetch_related(*more):
        ship.flags.count()
        ship.flags.first()
        ship.flags.filter(colour="red").count()  # N
        list(ship.flags.order_by("colour"))  # N
        ship.flags.last()  # N


def of_loaded(ships):
    for ship in Ship.objects.prefetch_related("flags"):
        known(ship)
    for ship in Ship.objects.all():
        known(ship)  # N


def known(ship):
    if "flags" in getattr(ship, "_prefetched_objects_cache", {}):
        return ship._prefetched_objects_cache["flags"]
    return list(ship.flags.order_by("colour"))


def of_some(*more):
    for ship in Ship.objects.prefetch_related(*more):
        if hasattr(ship, "_reds"):
            reds = ship._reds
        else:
            reds = list(ship.flags.filter(colour="red"))
""",
            id="whatever was loaded, what narrows it asks anew",
        ),
        pytest.param(
            """
from django.db.models import FETCH_PEERS


def go():
    for ship in Ship.objects.fetch_mode(FETCH_PEERS):
        ship.home.country
        list(ship.flags.all())  # N
    for ship in Ship.objects.fetch_mode(FETCH_PEERS).iterator():
        ship.home  # N
""",
            id="peers are fetched together, but not of relations to many rows, nor of an iterator",
        ),
        pytest.param(
            """
async def go(names):
    async for ship in Ship.objects.all():
        await Harbour.objects.aget(pk=ship.home_id)  # N
        await ship.asave()  # N
    async for ship in Ship.objects.select_related("home").aiterator():
        ship.home
""",
            id="asynchronous twins do the same",
        ),
        pytest.param(
            """
from django.core.paginator import Paginator


def go(request):
    page = Paginator(Ship.objects.select_related("home"), 50).get_page(request.GET.get("page"))
    for ship in page:
        ship.home
        ship.escort  # N
""",
            id="a page has rows of its query set",
        ),
        pytest.param(
            """
from django.contrib.contenttypes.models import ContentType


def go(rows):
    for row in rows:
        ContentType.objects.get_for_model(row)
        ContentType.objects.get(model=row)  # N
""",
            id="content types are kept by their manager",
        ),
        pytest.param(
            """
def go(rows):
    for row in rows:
        row.save(update_fields=["name"])  # N
        row.save()


def again(rows):
    for row in rows:
        row.refresh_from_db()  # N
""",
            id="no other library has rows that are saved so",
        ),
        pytest.param(
            """
from django import forms


def go(request):
    found = forms.modelformset_factory(Ship)(request.POST)
    for form in found:
        ship = form.save(commit=False)
        ship.save()  # N
    for ship in found.save(commit=False):
        ship.save()  # N
    for form in forms.inlineformset_factory(Harbour, Ship)(request.POST).forms:
        form.save()  # N
    for name, form in found.fields.items():
        form.save()
""",
            id="forms of a set are one for each row",
        ),
        pytest.param(
            """
from django.db.models import Manager, QuerySet


def go(ships: QuerySet[Ship], others: "QuerySet[Ship, Ship]", some: Manager[Ship]):
    for ship in ships:
        ship.home  # N
        ship.save()  # N
    for ship in others:
        ship.flags.filter(colour="red").first()  # N
    for ship in ships.select_related("home"):
        ship.delete()  # N
    for ship in some.all():
        ship.home  # N
""",
            id="an annotation names the model, but not what came with the rows",
        ),
        pytest.param(
            """
from django.db import models


class Ledger(models.Model):
    entries = models.JSONField()


class Entry(models.Model):
    keeper = models.ForeignKey(Country, on_delete=models.CASCADE, related_name="entries")


class Sheet(models.Model):
    keeper = models.ForeignKey(Country, on_delete=models.CASCADE, related_name="sheets")


def go(rows):
    for row in rows:
        row.entries.get("name")
        row.sheets.filter(pk=1).first()  # N
""",
            id="a name that another model gives to a column tells nothing",
        ),
        pytest.param(
            """
def go():
    for harbour in Harbour.objects.all():
        harbour.ships.all().delete()  # N
        Ship.objects.filter(home=harbour).delete()  # N
        harbour.delete()  # N
""",
            id="rows and their relations are deleted in each pass",
        ),
        pytest.param(
            """
class Liner(Ship):
    @property
    def first(self):
        if hasattr(self, "by_day"):
            return self.by_day[0]
        return self.voyage_set.order_by("begun").first()

    def last(self):
        days = getattr(self, "by_day", None)
        return self.voyage_set.last() if days is None else days[-1]

    def any(self):
        try:
            return self.by_day[0]
        except AttributeError:
            return self.voyage_set.all()[0]

    def count(self):
        if hasattr(self, "journeys"):
            return self.journeys
        return self.voyage_set.count()

    def colours(self):
        return self.flags.filter(colour="red"), self.by_day

    def told(self):
        data = {"flags": self.flags.count()}
        data["journeys"] = getattr(self, "journeys", 0)
        return data


def go():
    for ship in Liner.objects.prefetch_related(Prefetch("voyage_set", to_attr="by_day")):
        ship.first, ship.last(), ship.any()
        len(ship.colours()[0])  # N
    for ship in Liner.objects.annotate(journeys=Count("voyage")):
        ship.count()
        ship.told()  # N
        ship.first  # N
        ship.home.name  # N
    for ship in Liner.objects.all():
        ship.first  # N
        ship.last()  # N
        ship.any()  # N
        ship.count()  # N
""",
            id="what rows have got under a name of its own is not asked for again",
        ),
        pytest.param(
            """
from django.contrib import admin


@admin.register(Harbour)
class HarbourAdmin(admin.ModelAdmin):
    list_display = ["name", "fleet"]

    def fleet(self, obj):
        return [ship.escort for ship in obj.ships.all()]

    def owners(self, obj):
        return [ship.noted_by for ship in obj.ships.all()]  # N

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("ships__escort")


class ShipInline(admin.TabularInline):
    model = Ship

    def companions(self, obj):
        return [ship.home for ship in obj.escorted.all()]

    def get_queryset(self, *args, **kwargs):
        return super().get_queryset(*args, **kwargs).prefetch_related("escorted__home")
""",
            id="a page of the admin gives its methods rows as its get_queryset() fetches them",
        ),
        pytest.param(
            """
def go(rows):
    for ship in Ship.objects.order_by("name")[:3]:
        ship.home.name
    latest = list(Ship.objects.order_by("-name")[2:7])
    for ship in latest:
        ship.home.name
    for ship in Ship.objects.all()[:50]:
        ship.home.name  # N
    for harbour in Harbour.objects.all():
        for ship in harbour.ships.all()[:2]:  # N
            ship.escort  # N
""",
            id="a handful of rows is no load that grows",
        ),
        pytest.param(
            """
def go(harbour):
    for model, path in Ship._meta.paths_by_model.items():
        model.objects.filter(**{path: harbour}).delete()
    for field in Ship._meta.many_to_many_of("home"):
        Flag.objects.filter(colour=field.name).count()
""",
            id="what a model knows of itself does not grow with its rows",
        ),
        pytest.param(
            """
from django.contrib import admin


@admin.register(Ship)
class ShipAdmin(admin.ModelAdmin):
    list_display = ["name", "home"]
    actions = ["sink", "hail"]

    def sink(self, request, queryset):
        for ship in queryset:
            ship.home.name
            ship.escort  # N
            ship.save()  # N


@admin.register(Voyage)
class VoyageAdmin(admin.ModelAdmin):
    list_display = ["begun"]

    def sink(self, request, queryset):
        for voyage in queryset.filter(begun=None):
            voyage.ship.name  # N
""",
            id="an action of the admin is given rows as the list shows them",
        ),
        pytest.param(
            """
def red(word, of):
    return of


def blue(word, of):
    return Ship.objects.filter(name=word).first()


ways = {"red": (red, blue), "blue": (red, str)}


def go(rows):
    for kind, word in rows:
        ways[kind][0](word, 1)
        ways[kind][1](word, 1)  # N
""",
            id="what stands first in each of some tuples is none that stands second",
        ),
        pytest.param(
            """
class Feed:
    def show(self, harbour):
        return [ship.name for ship in Ship.objects.filter(home=harbour)]


feeds = {"home": Feed(), "abroad": Feed()}


def go(names, harbour, rows):
    some = [feeds[name] for name in names] if names else feeds.values()
    for feed in some:
        feed.show(harbour)
    for row in [rows[name] for name in names]:
        Ship.objects.get(name=row)  # N
""",
            id="what is picked out of what the program lists is no more than that",
        ),
        pytest.param(
            """
from django.views.generic import UpdateView


class Refit(UpdateView):
    model = Harbour

    def form_valid(self, form):
        self.object = form.save()
        for name in self.kinds:
            print(self.object.name)
        for place, ship in enumerate(self.object.ships.all()):
            ship.escort  # N
            ship.save()  # N
""",
            id="self.object is a row of the view's model, whatever form has saved it, and is fetched once",
        ),
        pytest.param(
            """
class Fleet:
    def __init__(self):
        self.waiting = None

    def take(self):
        if self.waiting:
            for name in self.waiting:
                Ship.objects.get_or_create(name=name)  # N
""",
            id="what is None to begin with is gone over when it is something else",
        ),
        pytest.param(
            """
from django.apps import apps


def go():
    for name in apps.all_models["fleet"]:
        Flag.objects.get(colour=name)
    for config in apps.app_configs.values():
        Flag.objects.get(colour=config.label)


def come(rows):
    for name in rows["fleet"]:
        Flag.objects.get(colour=name)  # N
""",
            id="applications and their models are as many as the program has",
        ),
        pytest.param(
            """
def go():
    led = Prefetch("escorted", queryset=Ship.objects.select_related("home"), to_attr="led")
    for ship in Ship.objects.select_related("papers").prefetch_related(led):
        for other in ship.papers.ship.led:
            other.home.name
        for other in ship.led:
            other.home.name
""",
            id="what comes with a row that another leads back to is not forgotten",
        ),
        pytest.param(
            """
def go(names, home):
    ships = [Ship(name=name, home=home) for name in names]
    for ship in Ship.objects.bulk_create(ships):
        ship.home.name
        ship.escort.name  # N
""",
            id="rows that are written at once come back as they were made",
        ),
        pytest.param(
            """
from collections import defaultdict


def told(ship, crews=None):
    if crews is not None:
        if ship in crews:
            return crews[ship]
    elif flags := [it.colour for it in ship.flags.order_by("colour")]:
        return flags
    return []


def go():
    crews = defaultdict(set)
    for ship in Ship.objects.all():
        told(ship, crews)


def come():
    for ship in Ship.objects.all():
        told(ship)  # N
""",
            id="what is made on the spot is not None",
        ),
        pytest.param(
            """
def home_of(ship=None, pk=None):
    if ship is None:
        ship = Ship.objects.get(pk=pk)
    return ship.home_id


def go():
    for ship in Ship.objects.all():
        home_of(ship)


def come():
    for ship in Ship.objects.all():
        home_of(pk=ship.pk)  # N
""",
            id="an element of a loop is not None",
        ),
        pytest.param(
            """
def go(found):
    for it in found:
        it.escorted.get("name")
        it.escorted.get(name="Argo")  # N
""",
            id="get() of a dict is asked for a key",
        ),
        pytest.param(
            """
class Node:
    def __init__(self):
        self.escorted = []


def go(nodes):
    for node in nodes:
        node.escorted.remove(node)
    for node in nodes:
        node.ships.all().delete()  # N
""",
            id="what other objects have by that name tells of no rows",
        ),
        pytest.param(
            """
def first_of(ships):
    return (ships[0], ships.count(), ships.exists())


def handed(ships):
    return first_of(ships)


def go():
    for harbour in Harbour.objects.all():
        ships = Ship.objects.filter(home=harbour)  # N
        names = [ship.name for ship in ships]
        handed(ships)
        others = Ship.objects.filter(escort__home=harbour)
        handed(others)  # N
""",
            id="rows that have been gone over are counted, and picked from, in what they are handed to",
        ),
        pytest.param(
            """
def go(pk):
    first = Ship.objects.get(pk=pk)

    def told(ship):
        return first.home.name + ship.home.name

    for ship in Ship.objects.all():
        told(ship)  # N
    for ship in Ship.objects.select_related("home"):
        told(ship)
""",
            id="what functions within read of a variable is read once",
        ),
        pytest.param(
            """
from django.contrib.sites.models import Site
from django.db import models


class Fees(models.Model):
    site = models.OneToOneField(Site, related_name="fees", on_delete=models.CASCADE)
    port = models.IntegerField()


def fee():
    return Site.objects.get_current().fees.port


def go():
    for ship in Ship.objects.all():
        fee()
    for site in Site.objects.all():
        site.fees.port  # N
""",
            id="the site that is current is kept, with what was read of it",
        ),
    ],
)
def test_what_is_marked_is_asked_once_per_row(body: str) -> None:
    assert lines_of(body) == set()


def test_what_is_deleted_of_each_row_is_likely_and_of_each_model_is_not() -> None:
    code = """
def go():
    for harbour in Harbour.objects.all():
        harbour.ships.all().delete()
    for model in list_of_models():
        model.objects.all().delete()
"""
    found = sent({"app.py": HEAD + code, "fleet/models.py": MODELS, "fleet/__init__.py": ""}).repeated
    assert [it.query.likely for _, group in sorted(found.items()) for it in group] == [True, False]


@pytest.mark.parametrize(
    ("body", "instead"),
    [
        (
            "for it in rows: Ship.objects.filter(name=it, sunk=False).first()",
            "Ship.objects.filter(name__in=…)",
        ),
        ("for it in rows: Ship.objects.get(name=it, log=a)", "Ship.objects.filter(name__in=…)"),
        ("for it in rows: Ship.objects.get(name__iexact=it, log=a)", "one query for all of them"),
        ("for it in rows: Ship.objects.get(Q(name=it), log=a)", "one query for all of them"),
        ("for it in rows: Ship.objects.get(pk=it, log=it)", "Ship.objects.filter(pk__in=…)"),
        (
            "for it in rows: Ship.objects.filter(name=it.lower(), home_id=a).delete()",
            "Ship.objects.filter(name__in=…).delete()",
        ),
        ("for it, log in rows: Ship.objects.filter(pk=it).update(log=log)", "Ship.objects.bulk_update()"),
        (
            "for it in rows: Ship.objects.filter(pk=it).update(log='')",
            "Ship.objects.filter(pk__in=…).update()",
        ),
        (
            "ships = Ship.objects.filter(home=a)\n    for it in rows: ships.get(name=it)",
            "Ship.objects.filter(name__in=…)",
        ),
        ("for it in rows: a.ships.get(name=it)", "a.ships.filter(name__in=…)"),
        (
            "b = Harbour.objects.get(pk=a)\n    for it in rows: b.ships.get(name=it)",
            "harbour.ships.filter(name__in=…)",
        ),
        ("for it in rows: a.ships.get(log__startswith=it)", "one query for all of them"),
        (
            "for it in rows: a.ships.filter(name=it).count()",
            'a.ships.filter(name__in=…).values("name").annotate(…)',
        ),
        (
            "for it in rows: Ship.objects.filter(name=it, home=a).count()",
            'Ship.objects.filter(name__in=…).values("name").annotate(…)',
        ),
        (
            "for it in Harbour.objects.all(): it.ships.get(name=a)",
            'prefetch_related(Prefetch("ships", queryset=…, to_attr=…))',
        ),
        (
            "for it in rows: Ship.objects.get(name__in=it.names, log=it.log, home=a)",
            "Ship.objects.filter(log__in=…)",
        ),
        ("for it in rows: list(Ship.objects.filter(name__in=it))", "Ship.objects.filter(name__in=…)"),
        (
            "for it in rows: User.objects.create_user(it)",
            "User.objects.bulk_create(), with make_password(…)",
        ),
        ("for it in Flag.objects.all(): a.ships.get(pk=1).flags.add(it)", "ship.flags.add(*…)"),
        ("for it in Ship.objects.all(): it.flags.add(a)", "Ship.flags.through.objects.bulk_create()"),
        ("for it in a.ships.all(): it.escort.pk", 'prefetch_related("ships__escort")'),
        ("for it in a.ships.filter(sunk=True): it.escort.name", 'select_related("escort")'),
        ("for it in a.ships.order_by('name'): it.escort.home.name", 'select_related("escort")'),
        (
            "for it in Harbour.objects.prefetch_related(Prefetch('ships', to_attr='fleet')):\n"
            "        for ship in it.fleet: ship.escort.name",
            'prefetch_related("fleet__escort")',
        ),
    ],
)
def test_what_to_write_instead_is_about_what_changes_from_pass_to_pass(body: str, instead: str) -> None:
    users = "from django.contrib.auth.models import User\n"
    code = HEAD + users + f"def go(rows, a: Harbour):\n    {body}\n"
    found = sent({"app.py": code, "fleet/models.py": MODELS, "fleet/__init__.py": ""}).repeated
    assert instead in [it.query.instead for group in found.values() for it in group]


@pytest.mark.parametrize(
    ("body", "instead", "same"),
    [
        ("def it(self, name, home): return Ship.objects.get(name=name, home=home)", "name", False),
        ("def it(self, log, name): return Ship.objects.get(log__in=log, name=name, home=1)", "log", False),
        (
            "def it(self, log, name=1): return list(Ship.objects.filter(name=name, log=log, sunk=True))",
            "log",
            False,
        ),
        (
            "def it(self, name, home): return self.of(home, log=name)\n"
            "    def of(self, home, name='', log=''):\n"
            "        return Ship.objects.filter(name=name, log=log, home=home).first()",
            "log",
            False,
        ),
        ("def it(self, name, home): return Ship.objects.get(home=home)", "home", True),
        ("def it(self, name, home): return Ship.objects.get(name=MODELS.get(home))", "name", True),
        ("def it(self, name, home): return Ship.objects.get(name=self.next(home))", "name", False),
        (
            "def it(self, name, home): return [Ship.objects.get(home=home), Ship(home=home).save()]",
            "home",
            False,
        ),
        ("def it(self, name, home): return Ship.objects.order_by('pk').filter(sunk=True).last()", "", True),
    ],
)
def test_what_calls_are_given_says_what_changes_from_pass_to_pass(
    body: str, instead: str, same: bool
) -> None:
    code = HEAD + f"MODELS = {{}}\n\nclass Fleet:\n    {body}\n\n    def go(self, rows, a):\n"
    code += "        for each in rows:\n            self.it(each, a)\n"
    found = sent({"app.py": code, "fleet/models.py": MODELS, "fleet/__init__.py": ""}).repeated
    reads = [it for group in found.values() for it in group if it.query.operation == "select"]
    assert [it.same for it in reads] == [same]
    assert all(f"filter({instead}__in=…)" in it.query.instead or not instead or same for it in reads)


def test_models_that_oscar_looks_up_are_those_of_the_program() -> None:
    code = """
from oscar.core.loading import get_model

Ship = get_model("fleet", "Ship")

def go():
    for ship in Ship.objects.all():
        ship.home.name  # N
"""
    found = sent({"app.py": code, "fleet/models.py": MODELS, "fleet/__init__.py": ""}).repeated
    assert set(found) == marked(code, "# N")


def test_each_call_of_a_module_is_followed_with_what_it_is_given() -> None:
    names = ("Country", "Harbour", "Flag", "Papers", "Voyage", "Ferry", "Note", "Keeper", "Watch", "Ship")
    loads = "\n".join(f'{name} = load("fleet", "{name}")' for name in names)
    code = f"""
from django.apps import apps

def load(app, name):
    try:
        return apps.get_model(app, name)
    except LookupError:
        return apps.get_registered_model(app, name)

{loads}

def go():
    for ship in Ship.objects.all():
        ship.home.name  # N
"""
    found = sent({"app.py": code, "fleet/models.py": MODELS, "fleet/__init__.py": ""}).repeated
    assert set(found) == marked(code, "# N")


def test_what_sets_can_do_as_well_tells_of_no_rows() -> None:
    code = """
from django.db import models

def f(parts, seen_set, proxy_set):
    for part in parts:
        if not seen_set.intersection([part]) or seen_set.union(part).difference(proxy_set):
            seen_set.update(part)
        part.seen_set.intersection(proxy_set)
        part.book_set.filter(title="x").exists()  # N
"""
    assert set(sent(code).repeated) == marked(code, "# N")


def test_what_a_module_fills_once_is_asked_for_once() -> None:
    code = (
        HEAD
        + """
from collections import defaultdict

colours = None
white = None


def known():
    global colours
    if not colours:
        colours = defaultdict(str)
        colours.update((flag.colour, flag.pk) for flag in Flag.objects.all())
    return colours


def first():
    global white
    if white is None:
        try:
            white = Flag.objects.get(colour="white")
        except Flag.DoesNotExist:
            white = Flag(colour="white")
            white.save()
    return white


def counted():
    global colours
    colours = defaultdict(str)
    colours.update((flag.colour, flag.pk) for flag in Flag.objects.all())
    return colours


def sought(colour):
    missing = []
    for name in Flag.objects.values_list("colour", flat=True):
        if not colours.get(name):
            missing.append(name)
    for name in missing:
        colours.add(name)


def go(rows):
    for row in rows:
        known()[row]
        first().colour
    for row in rows:
        counted()[row]  # N
        sought(row)  # N
"""
    )
    found = sent({"app.py": code, "fleet/models.py": MODELS, "fleet/__init__.py": ""}).repeated
    likely = {line for line, group in found.items() if any(it.query.likely for it in group)}
    assert likely == marked(code, "# N")


def test_what_the_first_row_gets_for_all_of_them_is_asked_once() -> None:
    code = """
from fleet.models import Flag, Ship


def flags_of(ship):
    if not hasattr(ship, "found"):
        others = ship.home.ships.all()
        known = {}
        for flag in Flag.objects.filter(pk__in=[it.pk for it in others]):
            known[flag.pk] = flag
        for it in others:
            it.found = known.get(it.pk)
    return ship.found


def own(ship):
    found = [it.pk for it in Ship.objects.filter(pk=ship.pk)]
    if not hasattr(ship, "known"):
        for it in found:
            it.other = found


def go():
    for ship in Ship.objects.all():
        flags_of(ship)
        own(ship)  # N
"""
    found = sent({"app.py": code, "fleet/models.py": MODELS, "fleet/__init__.py": ""}).repeated
    likely = {line for line, group in found.items() if any(it.query.likely for it in group)}
    assert likely == marked(code, "# N")
