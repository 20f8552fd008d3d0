# mypy: ignore-errors
# ruff: noqa: RUF012
"""Each function, view and page of the admin is a case: it shows all rows, and what it sends is counted."""

from django import forms
from django.contrib import admin
from django.db.models import Prefetch
from rest_framework import generics, mixins, serializers, views, viewsets
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response

from .models import Artist, City, Contract, Label, Record, Style, Track

# Serializers, which are no cases themselves


class CitySerializer(serializers.ModelSerializer):
    class Meta:
        model = City
        fields = "__all__"


class LabelSerializer(serializers.ModelSerializer):
    city = CitySerializer()

    class Meta:
        model = Label
        fields = ["name", "city"]


class ArtistSerializer(serializers.ModelSerializer):
    class Meta:
        model = Artist
        fields = ["name"]


class KeysSerializer(serializers.ModelSerializer):
    class Meta:
        model = Record
        fields = ["id", "artist", "artist_id"]


class ManyKeysSerializer(serializers.ModelSerializer):
    class Meta:
        model = Record
        fields = ["id", "styles"]


class EverySerializer(serializers.ModelSerializer):
    class Meta:
        model = Record
        fields = "__all__"


class ExceptSerializer(serializers.ModelSerializer):
    class Meta:
        model = Record
        exclude = ["styles"]


class NestedSerializer(serializers.ModelSerializer):
    artist = ArtistSerializer()

    class Meta:
        model = Record
        fields = ["artist"]


class DeepSerializer(serializers.ModelSerializer):
    class Meta:
        model = Record
        fields = ["title", "artist"]
        depth = 1


class DeeperSerializer(serializers.ModelSerializer):
    class Meta:
        model = Record
        fields = ["artist"]
        depth = 2


class SourceSerializer(serializers.Serializer):
    name = serializers.CharField(source="artist.name")


class LongSourceSerializer(serializers.Serializer):
    name = serializers.CharField(source="artist.label.name")


class KeySourceSerializer(serializers.Serializer):
    key = serializers.IntegerField(source="artist_id")


class KeyOfKeySerializer(serializers.Serializer):
    key = serializers.PrimaryKeyRelatedField(source="artist.label", read_only=True)


class MethodSourceSerializer(serializers.Serializer):
    first = serializers.CharField(source="first_style")


class PropertySerializer(serializers.ModelSerializer):
    class Meta:
        model = Record
        fields = ["credit"]


class CountSourceSerializer(serializers.Serializer):
    count = serializers.IntegerField(source="styles.count")


class SlugSerializer(serializers.Serializer):
    artist = serializers.SlugRelatedField(slug_field="name", read_only=True)


class StringSerializer(serializers.Serializer):
    label = serializers.StringRelatedField()


class ManyStringsSerializer(serializers.Serializer):
    styles = serializers.StringRelatedField(many=True)


class ContractSerializer(serializers.ModelSerializer):
    class Meta:
        model = Artist
        fields = ["name", "contract"]


class MethodSerializer(serializers.Serializer):
    count = serializers.SerializerMethodField()

    def get_count(self, record):
        return record.styles.count()


class FilteringSerializer(serializers.Serializer):
    found = serializers.SerializerMethodField(method_name="find")

    def find(self, record):
        return [it.name for it in record.styles.filter(name="x")]


class FieldOfOwn(serializers.Field):
    def to_representation(self, artist):
        return artist.name.upper()


class FieldOfOwnSerializer(serializers.Serializer):
    artist = FieldOfOwn()


class WholeRowSerializer(serializers.ModelSerializer):
    inner = NestedSerializer(source="*")

    class Meta:
        model = Record
        fields = ["inner"]


class WriteOnlySerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="artist.name", write_only=True)

    class Meta:
        model = Record
        fields = ["title", "name"]


class InheritingSerializer(NestedSerializer):
    class Meta(NestedSerializer.Meta):
        fields = ["artist", "title"]


class OverridingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Record
        fields = ["title"]

    def to_representation(self, record):
        shown = super().to_representation(record)
        shown["artist"] = record.artist.name
        return shown


class TrackSerializer(serializers.ModelSerializer):
    by = ArtistSerializer()

    class Meta:
        model = Track
        fields = ["title", "by"]


class TracksSerializer(serializers.ModelSerializer):
    tracks = TrackSerializer(many=True)

    class Meta:
        model = Record
        fields = ["tracks"]


class AddingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Record
        fields = ["title"]

    def get_fields(self):
        found = super().get_fields()
        found["artist"] = ArtistSerializer()
        return found


class AllAtOnceSerializer(serializers.ListSerializer):
    def create(self, rows):
        return City.objects.bulk_create(City(**row) for row in rows)


class TogetherSerializer(serializers.ModelSerializer):
    class Meta:
        model = City
        fields = ["name"]
        list_serializer_class = AllAtOnceSerializer


# Functions


def keys():
    return KeysSerializer(Record.objects.all(), many=True).data


def keys_of_many():
    return ManyKeysSerializer(Record.objects.all(), many=True).data


def keys_of_many_loaded():
    return ManyKeysSerializer(Record.objects.prefetch_related("styles"), many=True).data


def every_field():
    return EverySerializer(Record.objects.all(), many=True).data


def all_but_some():
    return ExceptSerializer(Record.objects.all(), many=True).data


def nested():
    return NestedSerializer(Record.objects.all(), many=True).data


def nested_loaded():
    return NestedSerializer(Record.objects.select_related("artist"), many=True).data


def nested_prefetched():
    return NestedSerializer(Record.objects.prefetch_related("artist"), many=True).data


def nested_of_a_list():
    rows = list(Record.objects.all())
    return NestedSerializer(rows, many=True).data


def nested_twice():
    return LabelSerializer(Label.objects.order_by("name"), many=True).data


def depth():
    return DeepSerializer(Record.objects.all(), many=True).data


def depth_loaded():
    return DeepSerializer(Record.objects.select_related("artist"), many=True).data


def depth_half_loaded():
    return DeeperSerializer(Record.objects.select_related("artist"), many=True).data


def depth_all_loaded():
    return DeeperSerializer(Record.objects.select_related("artist__label", "artist__agent"), many=True).data


def source():
    return SourceSerializer(Record.objects.all(), many=True).data


def source_loaded():
    return SourceSerializer(Record.objects.select_related("artist"), many=True).data


def source_half_loaded():
    return LongSourceSerializer(Record.objects.select_related("artist"), many=True).data


def source_of_a_key():
    return KeySourceSerializer(Record.objects.all(), many=True).data


def key_behind_a_relation():
    return KeyOfKeySerializer(Record.objects.all(), many=True).data


def key_behind_a_relation_loaded():
    return KeyOfKeySerializer(Record.objects.select_related("artist"), many=True).data


def source_is_a_method():
    return MethodSourceSerializer(Record.objects.prefetch_related("styles"), many=True).data


def property_of_the_model():
    return PropertySerializer(Record.objects.all(), many=True).data


def property_of_the_model_loaded():
    return PropertySerializer(Record.objects.select_related("artist"), many=True).data


def count_as_source():
    return CountSourceSerializer(Record.objects.all(), many=True).data


def count_as_source_loaded():
    return CountSourceSerializer(Record.objects.prefetch_related("styles"), many=True).data


def slug():
    return SlugSerializer(Record.objects.all(), many=True).data


def string():
    return StringSerializer(Artist.objects.select_related("label"), many=True).data


def string_loaded():
    return StringSerializer(Artist.objects.select_related("label__city"), many=True).data


def strings_loaded():
    return ManyStringsSerializer(Record.objects.prefetch_related("styles"), many=True).data


def far_side_of_one_to_one():
    return ContractSerializer(Artist.objects.all(), many=True).data


def far_side_of_one_to_one_loaded():
    return ContractSerializer(Artist.objects.select_related("contract"), many=True).data


def method():
    return MethodSerializer(Record.objects.all(), many=True).data


def method_loaded():
    return MethodSerializer(Record.objects.prefetch_related("styles"), many=True).data


def method_that_filters():
    return FilteringSerializer(Record.objects.prefetch_related("styles"), many=True).data


def field_of_own():
    return FieldOfOwnSerializer(Record.objects.all(), many=True).data


def field_of_own_loaded():
    return FieldOfOwnSerializer(Record.objects.select_related("artist"), many=True).data


def whole_row():
    return WholeRowSerializer(Record.objects.all(), many=True).data


def write_only():
    return WriteOnlySerializer(Record.objects.all(), many=True).data


def inherited():
    return InheritingSerializer(Record.objects.all(), many=True).data


def overridden():
    return OverridingSerializer(Record.objects.all(), many=True).data


def overridden_loaded():
    return OverridingSerializer(Record.objects.select_related("artist"), many=True).data


def added():
    return AddingSerializer(Record.objects.all(), many=True).data


def lists_in_lists():
    return TracksSerializer(Record.objects.prefetch_related("tracks"), many=True).data


def lists_in_lists_loaded():
    tracks = Prefetch("tracks", Track.objects.select_related("by"))
    return TracksSerializer(Record.objects.prefetch_related(tracks), many=True).data


def one_row():
    return NestedSerializer(Record.objects.first()).data


def one_row_in_a_loop():
    return [NestedSerializer(it).data for it in Record.objects.all()]


def one_row_in_a_loop_loaded():
    return [NestedSerializer(it).data for it in Record.objects.select_related("artist")]


def saved_one_by_one():
    names = [{"name": it.name} for it in City.objects.all()]
    serializer = CitySerializer(data=names, many=True)
    serializer.is_valid(raise_exception=True)
    serializer.save()


def saved_each():
    for key in range(City.objects.count()):
        serializer = CitySerializer(data={"name": str(key)})
        serializer.is_valid(raise_exception=True)
        serializer.save()


def saved_at_once():
    names = [{"name": it.name} for it in City.objects.all()]
    serializer = TogetherSerializer(data=names, many=True)
    serializer.is_valid(raise_exception=True)
    serializer.save()


# Views: their lists


class PlainView(generics.ListAPIView):
    queryset = Record.objects.all()
    serializer_class = NestedSerializer


class LoadedView(generics.ListAPIView):
    queryset = Record.objects.select_related("artist")
    serializer_class = NestedSerializer


class MethodsView(generics.ListCreateAPIView):
    def get_queryset(self):
        return Record.objects.order_by("title")

    def get_serializer_class(self):
        return NestedSerializer


class MoreView(LoadedView):
    def get_queryset(self):
        return super().get_queryset().filter(title__startswith="record")


class FilteringView(PlainView):
    def filter_queryset(self, queryset):
        return super().filter_queryset(queryset).select_related("artist")


class SetView(mixins.ListModelMixin, viewsets.GenericViewSet):
    queryset = Record.objects.all()
    serializer_class = ManyKeysSerializer


class ListingView(generics.ListAPIView):
    queryset = Record.objects.all()
    serializer_class = SourceSerializer

    def list(self, request, *args, **kwargs):
        return super().list(request, *args, **kwargs)


class ManagerView(generics.ListAPIView):
    queryset = Record.objects
    serializer_class = NestedSerializer


class ManagerFilteredView(generics.ListAPIView):
    queryset = Record.objects
    serializer_class = NestedSerializer

    def get_queryset(self):
        return super().get_queryset().exclude(title="")


class AssigningView(generics.ListAPIView):
    queryset = Record.objects
    serializer_class = NestedSerializer

    def get_queryset(self):
        self.queryset = self.queryset.exclude(title="")
        return super().get_queryset()


class AssigningLoadedView(AssigningView):
    def get_queryset(self):
        self.queryset = self.queryset.select_related("artist")
        return super().get_queryset()


class AssignedLoadedView(ManagerView):
    def get_queryset(self):
        self.queryset = self.queryset.select_related("artist")
        return self.queryset


class AnyOrderView(ManagerView):
    def get_queryset(self):
        found = self.queryset.exclude(title="")
        return found.order_by("?") if self.request.GET.get("random") else found[:1000]


class SomewhereLoadedView(ManagerView):
    def get_queryset(self):
        if self.request.method == "POST":
            return self.queryset
        return self.queryset.select_related("artist")


class Pages(PageNumberPagination):
    page_size = 1000


class PagedView(views.APIView):
    def get(self, request):
        page = PageNumberPagination().paginate_queryset(Record.objects.all(), request)
        rows = Pages().paginate_queryset(Record.objects.order_by("id"), request) if page is None else page
        return Response(NestedSerializer(rows, many=True).data)


class PagedLoadedView(views.APIView):
    def get(self, request):
        pages = Pages()
        rows = pages.paginate_queryset(Record.objects.select_related("artist").order_by("id"), request)
        return pages.get_paginated_response(NestedSerializer(rows, many=True).data)


class OneRowView(PlainView):
    def get_queryset(self):
        return Record.objects.filter(pk=1)


# Pages of the admin


class KeyPage(admin.ModelAdmin):
    model = Record
    list_display = ["title", "artist"]


class NullableKeyPage(admin.ModelAdmin):
    model = Artist
    list_display = ["name", "agent"]


class NullableKeyLoadedPage(admin.ModelAdmin):
    model = Artist
    list_display = ["name", "agent"]
    list_select_related = ["agent"]


class TellingPage(admin.ModelAdmin):
    model = Artist
    list_display = ["name", "label"]


class MethodPage(admin.ModelAdmin):
    model = Record
    list_display = ["title", "artist_name"]

    def artist_name(self, record):
        return record.artist.name


class MethodLoadedPage(admin.ModelAdmin):
    model = Record
    list_display = ["title", "artist_name"]
    list_select_related = ["artist"]

    def artist_name(self, record):
        return record.artist.name


class MethodWithKeyPage(admin.ModelAdmin):
    """One key among the columns, and all that cannot be NULL are joined."""

    model = Record
    list_display = ["artist", "city"]

    def city(self, record):
        return record.artist.label.city.name


class QuerySetPage(admin.ModelAdmin):
    model = Record
    list_display = ["title", "credit"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("artist")


class PropertyPage(admin.ModelAdmin):
    model = Record
    list_display = ["title", "credit"]


class EverythingPage(admin.ModelAdmin):
    model = Record
    list_display = ["title", "credit"]
    list_select_related = True


class StylesPage(admin.ModelAdmin):
    model = Record
    list_display = ["title", "all_styles"]

    def all_styles(self, record):
        return ", ".join(it.name for it in record.styles.all())


class LookupPage(admin.ModelAdmin):
    model = Record
    list_display = ["title", "artist__name"]


class LookupLoadedPage(admin.ModelAdmin):
    model = Record
    list_display = ["title", "artist__name"]
    list_select_related = ["artist"]


class EditablePage(admin.ModelAdmin):
    model = Record
    list_display = ["title", "artist"]
    list_editable = ["artist"]


# Forms, which are shown


class TellingForm(forms.Form):
    label = forms.ModelChoiceField(Label.objects.all())


class LoadedForm(forms.Form):
    label = forms.ModelChoiceField(Label.objects.select_related("city"))


class PlainForm(forms.Form):
    artist = forms.ModelMultipleChoiceField(queryset=Artist.objects.all())


class NameField(forms.ModelChoiceField):
    def label_from_instance(self, label):
        return label.name


class FarNameField(forms.ModelChoiceField):
    def label_from_instance(self, contract):
        return contract.artist.name


class NameForm(forms.Form):
    label = NameField(Label.objects.all())


class FarNameForm(forms.Form):
    contract = FarNameField(Contract.objects.all())


class HiddenForm(forms.Form):
    label = forms.ModelChoiceField(Label.objects.all(), widget=forms.HiddenInput)


class StyleForm(forms.Form):
    styles = forms.ModelMultipleChoiceField(Style.objects.all(), widget=forms.CheckboxSelectMultiple)
