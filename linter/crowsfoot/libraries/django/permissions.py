"""Who may do what: what asks the tables of permissions, of django.contrib.auth and of django-guardian.

A user keeps what its groups and itself may do at all. What is allowed with one object is asked of each anew.
Counted on Django 5.2 and django-guardian 3.5.
https://docs.djangoproject.com/en/5.2/topics/auth/default/#permission-caching
https://django-guardian.readthedocs.io/en/stable/userguide/performance/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crowsfoot.libraries import dotted
from crowsfoot.libraries.django import names
from crowsfoot.libraries.django.managers import Manager
from crowsfoot.libraries.django.querysets import QuerySet
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Many, Object
from crowsfoot.libraries.query import Operation, Query

if TYPE_CHECKING:
    from crowsfoot.libraries.django.rows import Row

# Methods of a user: which of their arguments is the object that it is about.
OF_USERS: Final = {
    **dict.fromkeys(("has_perm", "has_perms"), 1),
    **dict.fromkeys(("get_all_permissions", "get_user_permissions", "get_group_permissions"), 0),
    "has_module_perms": None,
}
# What a program speaks of that uses django-guardian.
_OF_GUARDIAN: Final = ("ObjectPermissionBackend", "ObjectPermissionChecker", "assign_perm")


class UserMethod(Object, frozen=True):
    """user.has_perm, about to be called."""

    of: Row
    name: str

    def call(self, args: Args, at: At) -> Object:
        index = OF_USERS[self.name]
        about = args.get(index, "obj") if index is not None else None
        if about is not None and not names.is_none(about):
            # Django's own backend knows of no objects; that of django-guardian asks for each.
            if any(map(at.speaks_of, _OF_GUARDIAN)):
                at.runs(_of_objects(f"{self._name}()"))
        elif not args.spread:
            instead = "with_perm()" if self.name == "has_perm" else ""
            at.runs(
                Query(
                    "django",
                    f"{self._name}()",
                    "select",
                    cause="kept",
                    relation="has_perm",  # whichever is asked first: all of them are answered by the same
                    instead=f"{self.of.model.name}.objects.{instead}" if instead and self.of.model else "",
                    likely=self.of.sure,
                )
            )
        return UNKNOWN

    @property
    def _name(self) -> str:
        return f"{self.of.model.name.lower() if self.of.model else 'user'}.{self.name}"


class Checker(Object, frozen=True):
    """ObjectPermissionChecker(user): it keeps what it has asked of each object, and may ask of all before."""

    def attribute(self, name: str, at: At) -> Object:
        return CheckerMethod(name) if name in _OF_CHECKERS or name == _PREFETCHES else UNKNOWN


class CheckerMethod(Object, frozen=True):
    name: str

    def call(self, args: Args, at: At) -> Object:
        if self.name == _PREFETCHES:
            at.mark(_PREFETCHES)
            at.runs(Query("django", f"checker.{_PREFETCHES}()", "select", many=True, in_batch=at.gathered(0)))
        elif not at.happened(_PREFETCHES):
            at.runs(_of_objects(f"checker.{self.name}()"))
        return UNKNOWN


def called(name: str, args: Args, at: At) -> Object | None:
    """What a function of django-guardian does, by its dotted name."""
    last = dotted.last(name)
    if last == "ObjectPermissionChecker":
        return Checker()
    if last == "get_perms":
        at.runs(_of_objects("get_perms()"))
        return Many(UNKNOWN)
    if last == "get_objects_for_user":
        from crowsfoot.libraries.django.functions import query_set

        return query_set(args.get(2, "klass"), at) or QuerySet(None, made=at.place)
    written = _WRITES.get(last)
    about = args.get(2, "obj")
    if written is None or isinstance(about, (Many, QuerySet, Manager)):
        return None  # of many objects, it writes at once
    at.runs(Query("django", f"{last}()", written, instead=f"{last}() of all objects at once", many=True))
    return UNKNOWN


def _of_objects(api: str) -> Query:
    """What is asked of one object, where one checker could ask of all."""
    return Query("django", api, "select", instead="one ObjectPermissionChecker after prefetch_perms(…)")


_PREFETCHES: Final = "prefetch_perms"
_OF_CHECKERS: Final = frozenset(("has_perm", "get_perms", "get_user_perms", "get_group_perms"))
_WRITES: Final[dict[str, Operation]] = {"assign_perm": "get-or-create", "remove_perm": "delete"}
