"""What is told of serializers, and how sure it is."""

from crowsfoot.link.code.access import Repeated

from .sending import marked, sent

MODELS = """
from django.db import models
from django.db.models import Prefetch
from rest_framework import generics, serializers, viewsets

class Port(models.Model):
    name = models.TextField()

class Ship(models.Model):
    home = models.ForeignKey(Port, related_name="ships", on_delete=models.CASCADE)
    crew = models.ManyToManyField("Sailor")

    @property
    def first_log(self):
        if hasattr(self, "_logs"):
            return self._logs[0]
        return self.logs.first()

class Sailor(models.Model):
    name = models.TextField()

class Log(models.Model):
    ship = models.ForeignKey(Ship, related_name="logs", on_delete=models.CASCADE)
    by = models.ForeignKey(Sailor, related_name="+", on_delete=models.CASCADE)

class PortSerializer(serializers.ModelSerializer):
    class Meta:
        model = Port
        fields = ["name"]
"""
SHIP = """
class ShipSerializer(serializers.ModelSerializer):
    home = PortSerializer()  # N

    class Meta:
        model = Ship
        fields = ["home"]
"""


def found(code: str) -> dict[int, list[Repeated]]:
    return sent(MODELS + code).repeated


def lines(code: str) -> set[int]:
    return set(found(code))


def test_a_list_is_told_at_its_rows_and_at_the_field_that_reads_them() -> None:
    code = (
        SHIP
        + """
class Ships(generics.ListAPIView):
    queryset = Ship.objects.all()  # N
    serializer_class = ShipSerializer
"""
    )
    assert lines(code) == marked(MODELS + code, "# N")
    assert {it.kind for group in found(code).values() for it in group} == {"serializer"}


def test_a_serializer_of_which_all_views_load_what_it_reads_is_silent() -> None:
    code = """
class Ships(generics.ListAPIView):
    queryset = Ship.objects.select_related("home")
    serializer_class = ShipSerializer
"""
    assert not lines(SHIP + code)


def test_a_serializer_that_nothing_names_is_likely_and_one_that_something_names_is_not() -> None:
    (alone,) = found(SHIP).values()
    assert alone[0].query.likely
    (named,) = found(SHIP + "\ndef pick():\n    return [ShipSerializer][0]\n").values()
    assert not named[0].query.likely


def test_the_statement_instead_names_all_that_the_list_reads() -> None:
    code = """
class ShipSerializer(serializers.ModelSerializer):
    home = serializers.CharField(source="home.name")

    class Meta:
        model = Ship
        fields = ["home", "crew"]

class Ships(generics.ListAPIView):
    queryset = Ship.objects.all()  # N
    serializer_class = ShipSerializer
"""
    (line,) = marked(MODELS + code, "# N")
    (told,) = found(code)[line]
    assert told.query.instead == 'select_related("home").prefetch_related("crew")'


def test_what_only_one_of_several_serializers_reads_is_not_told_of_the_list() -> None:
    code = """
class Ships(viewsets.ReadOnlyModelViewSet):
    queryset = Ship.objects.all()

    def get_serializer_class(self):
        if self.action == "retrieve":
            return ShipSerializer
        return FlatSerializer

class FlatSerializer(serializers.ModelSerializer):
    class Meta:
        model = Ship
        fields = ["id"]
"""
    assert not lines(SHIP + code)


def test_what_a_set_of_filters_loads_comes_with_the_rows_of_its_view() -> None:
    code = """
from django_filters import FilterSet

class Filters(FilterSet):
    def filter_queryset(self, queryset):
        queryset = super().filter_queryset(queryset)
        if self.form.cleaned_data:
            queryset = queryset.{loaded}
        return queryset

class Ships(viewsets.ModelViewSet):
    queryset = Ship.objects.all(){mark}
    serializer_class = ShipSerializer
    filterset_class = Filters
"""
    assert not lines(SHIP + code.format(loaded='select_related("home")', mark=""))
    code = SHIP + code.format(loaded='filter(home__name="Genoa")', mark="  # N")
    assert lines(code) == marked(MODELS + code, "# N")


def test_a_row_that_is_shown_by_itself_asks_for_each_that_it_leads_to() -> None:
    code = """
class ShipSerializer(serializers.ModelSerializer):
    crew = serializers.StringRelatedField(many=True)  # N

    class Meta:
        model = Ship
        fields = ["crew"]

class PortDetailSerializer(serializers.ModelSerializer):
    ships = ShipSerializer(many=True)

    class Meta:
        model = Port
        fields = ["name", "ships"]

class PortListSerializer(serializers.ModelSerializer):
    class Meta:
        model = Port
        fields = ["name"]

class Ports(viewsets.ReadOnlyModelViewSet):
    queryset = Port.objects.{rows}  # N

    def get_serializer_class(self):
        return PortListSerializer if self.action == "list" else PortDetailSerializer
"""
    asked = code.format(rows='prefetch_related("ships")')
    assert lines(asked) == marked(MODELS + asked, "# N")
    assert not lines(code.format(rows='prefetch_related("ships__crew")'))


def test_a_view_that_loads_what_a_method_looks_for_is_silent() -> None:
    code = """
class ShipSerializer(serializers.ModelSerializer):
    class Meta:
        model = Ship
        fields = ["first_log"]

class Ships(generics.ListAPIView):
    serializer_class = ShipSerializer

    def get_queryset(self):
        return Ship.objects.prefetch_related(Prefetch("logs", Log.objects.all(), to_attr="_logs"))
"""
    assert not lines(code)


def test_what_a_field_looks_for_need_not_be_looked_for_by_what_it_calls() -> None:
    code = """
def last(ship):
    return ship.logs.order_by("id").last()

class LastField(serializers.Field):
    def get_attribute(self, ship):
        if hasattr(ship, "last_log"):
            return ship.last_log
        return last(ship)

class ShipSerializer(serializers.ModelSerializer):
    last = LastField(){mark}

    class Meta:
        model = Ship
        fields = ["last"]

class Ships(generics.ListAPIView):
    serializer_class = ShipSerializer

    def get_queryset(self):
        return {rows}{mark}
"""
    known = "Ship.objects.annotate(last_log=models.Max('logs'))"
    assert not lines(code.format(rows=known, mark=""))
    code = code.format(rows="Ship.objects.all()", mark="  # N")
    assert lines(code) == marked(MODELS + code, "# N")


def test_a_method_that_shows_what_was_added_may_ask_for_more() -> None:
    code = """
class ShipSerializer(serializers.ModelSerializer):
    told = serializers.SerializerMethodField()

    def get_told(self, ship):
        return f"{ship.crew_count} of {ship.home.name}"  # N

    class Meta:
        model = Ship
        fields = ["told"]

class Ships(generics.ListAPIView):
    serializer_class = ShipSerializer
    queryset = Ship.objects.annotate(crew_count=models.Count("crew"))  # N
"""
    assert lines(code) == marked(MODELS + code, "# N")


def test_a_base_is_shown_by_the_serializers_that_derive_from_it() -> None:
    code = """
class Ships(generics.ListAPIView):
    serializer_class = ShipWithCrewSerializer
    queryset = Ship.objects.select_related("home").prefetch_related("crew")
"""
    derived = """
class ShipWithCrewSerializer(ShipSerializer):
    class Meta(ShipSerializer.Meta):
        fields = ["home", "crew"]
"""
    assert not lines(SHIP + derived + code)
    assert lines(SHIP) == marked(MODELS + SHIP, "# N")


def test_rows_of_a_view_are_known_where_only_what_comes_with_them_is_not() -> None:
    code = """
class Ships(viewsets.ModelViewSet):
    queryset = Ship.objects.all()
    serializer_class = ShipSerializer

    def get_queryset(self):
        self.queryset = search(self.request, self.queryset)
        return self.queryset.filter(home__name="Genoa"){mark}

class ShipSerializer(serializers.ModelSerializer):
    logs = serializers.SerializerMethodField()

    def get_logs(self, ship):
        return [log.id for log in ship.logs.{logs}]{mark}

    class Meta:
        model = Ship
        fields = ["home", "logs"]
"""
    assert not lines(code.format(logs="all()", mark=""))
    code = code.format(logs='order_by("id")', mark="  # N")
    assert lines(code) == marked(MODELS + code, "# N")


def test_a_view_that_fetches_the_rows_of_its_pages_anew_shows_those() -> None:
    view = """
class Enriched:
    def paginate_queryset(self, queryset):
        rows = super().paginate_queryset(queryset.only("id"))
        return list(Ship.objects.filter(pk__in=[it.pk for it in rows]).{0})

class Ships(Enriched, viewsets.ReadOnlyModelViewSet):
    serializer_class = ShipSerializer

    def get_queryset(self):
        return Ship.objects.order_by("id"){1}
"""
    assert not lines(SHIP + view.format('select_related("home")', ""))
    code = SHIP + view.format("order_by('-id')", '.select_related("home")  # N')
    assert lines(code) == marked(MODELS + code, "# N")


def test_a_serializer_that_relations_are_built_with_is_followed() -> None:
    code = """
class LogSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="by.name")  # N

    class Meta:
        model = Log
        fields = ["name"]

class ShipSerializer(serializers.ModelSerializer):
    class Meta:
        model = Ship
        fields = ["logs"]

    def build_relational_field(self, field_name, relation_info):
        if field_name == "logs":
            return LogSerializer, {"many": True}
        return super().build_relational_field(field_name, relation_info)

class Ships(generics.ListAPIView):
    queryset = Ship.objects.prefetch_related("logs")  # N
    serializer_class = ShipSerializer
"""
    assert lines(code) == marked(MODELS + code, "# N")


def test_what_is_no_row_is_silent() -> None:
    code = """
class HitSerializer(serializers.Serializer):
    port = serializers.SerializerMethodField()

    def get_port(self, hit):
        return Port.objects.get(name=hit.port)

def search(hits):
    return HitSerializer(hits, many=True).data
"""
    assert not lines(code)


def test_fields_that_a_nested_serializer_is_asked_for_are_not_guessed() -> None:
    code = """
class LogSerializer(serializers.ModelSerializer):
    class Meta:
        model = Log
        fields = ["ship", "by"]
        depth = 1

class ShipSerializer(serializers.ModelSerializer):
    logs = LogSerializer(many=True, fields=["ship"])

    class Meta:
        model = Ship
        fields = ["logs"]

class Ships(generics.ListAPIView):
    queryset = Ship.objects.prefetch_related("logs")
    serializer_class = ShipSerializer
"""
    assert not lines(code)


def test_a_list_serializer_writes_row_by_row() -> None:
    code = """
class ShipsSerializer(serializers.ListSerializer):
    def create(self, rows):
        return [self.child.create(row) for row in rows]  # N
"""
    assert lines(code) == marked(MODELS + code, "# N")


def test_a_page_of_the_admin_with_nothing_in_it_shows_each_row_by_its_name() -> None:
    code = """
from django.contrib import admin

class Wreck(models.Model):
    port = models.ForeignKey(Port, on_delete=models.CASCADE)

    def __str__(self):
        return self.port.name

@admin.register(Wreck)
class WreckPage(admin.ModelAdmin):
    pass
"""
    told = [it for group in found(code).values() for it in group]
    assert {it.query.instead for it in told} == {'select_related("port")'}


def test_a_row_that_may_have_been_given_what_it_is_asked_for_is_asked_where_it_is_one() -> None:
    code = """
class FirstSerializer(serializers.ModelSerializer):
    first = serializers.SerializerMethodField()

    class Meta:
        model = Ship
        fields = ["first"]

    def get_first(self, ship):
        return ship.first_log

class Ships(generics.ListAPIView):
    serializer_class = FirstSerializer

    def get_queryset(self):
        return fleet_of(self.request)

def tell(ship: Ship, readers):
    for reader in readers:
        reader.send(FirstSerializer(ship).data)  # N
"""
    assert lines(code) == marked(MODELS + code, "# N")
