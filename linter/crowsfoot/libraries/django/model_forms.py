"""Forms of models, alone and in sets: which rows they hold, and what they write when they are saved.

https://docs.djangoproject.com/en/5.2/topics/forms/modelforms/
"""

from __future__ import annotations

from typing import Final

from crowsfoot.libraries import dotted
from crowsfoot.libraries.django import names, querysets, serializer_fields
from crowsfoot.libraries.django.fields import ModelClass
from crowsfoot.libraries.django.rows import Row
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Class, Many, Object


class ModelForm(Object, frozen=True):
    """A form of a row; without args it is self of a method, and nobody knows what it was made of."""

    model: Model
    cls: Class | None = None  # the program's own
    args: Args | None = None

    def attribute(self, name: str, at: At) -> Object:
        found = at.member(self.cls, name, self) if self.cls is not None else None
        return found if found is not None else self.inherited(name, at)

    def inherited(self, name: str, at: At) -> Object:
        """What Django's own class has by that name."""
        if name == "instance":
            return self.row()
        return Save(self) if name == "save" else UNKNOWN

    def row(self) -> Object:
        """The row that it was given, else a new one."""
        if self.args is None or self.args.spread:
            return Row(self.model, sure=False)
        given = self.args.get(None, "instance")
        return given if given is not None else querysets.new_row(self.model, Args())


class Save(Object, frozen=True):
    """form.save, about to be called: what it returns is its row."""

    of: ModelForm

    def call(self, args: Args, at: At) -> Object:
        row = self.of.row()
        if isinstance(row, Row) and names.truth(args.get(0, "commit")) is not False:
            at.call(row.attribute("save", at), Args())
        return row


class FormSetClass(Object, frozen=True):
    """What modelformset_factory() makes."""

    form: ModelForm

    def call(self, args: Args, at: At) -> Object:
        return FormSet(self.form)


class FormSet(Object, frozen=True):
    """Forms of one model, as many as were sent."""

    form: ModelForm

    def attribute(self, name: str, at: At) -> Object:
        if name in _FORMS:
            return Many(self.form)
        if name in _OBJECTS:
            return Many(Row(self.form.model, sure=False))
        return SaveSet(self) if name == "save" else UNKNOWN

    def element(self, at: At) -> Object:
        return self.form


class SaveSet(Object, frozen=True):
    """formset.save, about to be called: Django itself writes row by row, and has no other way."""

    of: FormSet

    def call(self, args: Args, at: At) -> Object:
        return Many(Row(self.of.form.model, sure=False))


def form(cls: Class, args: Args | None, at: At) -> ModelForm | None:
    """The form that a class of the program makes, which derives from Django's."""
    outside = names.outside(at.lineage(cls))
    if not any(it.startswith("django.") and dotted.last(it).endswith("ModelForm") for it in outside):
        return None
    model = serializer_fields.model_of(cls, at)
    return ModelForm(model, cls, args) if model is not None else None


def factory(name: str, args: Args, at: At) -> Object | None:
    """modelformset_factory(Book), inlineformset_factory(Author, Book)"""
    if not name.startswith("django."):
        return None
    given = args.get(1 if dotted.last(name) == "inlineformset_factory" else 0, "model")
    model = at.model_of(given) if isinstance(given, (Class, ModelClass)) else None
    if model is None:
        return None
    own = args.get(None, "form")
    made = form(own, Args(spread=True), at) if isinstance(own, Class) else None
    return FormSetClass(made or ModelForm(model, None, Args(spread=True)))


_FORMS: Final = frozenset(("forms", "initial_forms", "extra_forms", "deleted_forms", "ordered_forms"))
_OBJECTS: Final = frozenset(("new_objects", "deleted_objects"))
