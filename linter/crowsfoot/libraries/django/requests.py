"""The request that Django gives to a view, and whoever has sent it: a row of the model of its users.

https://docs.djangoproject.com/en/5.2/ref/request-response/#django.http.HttpRequest.user
"""

from crowsfoot.libraries.django.fields import USER
from crowsfoot.libraries.django.related import resolve
from crowsfoot.libraries.django.rows import Row
from crowsfoot.libraries.objects import UNKNOWN, At, Object


class Request(Object, frozen=True):
    """`request` of a view, be it Django's own or that of DRF."""

    def attribute(self, name: str, at: At) -> Object:
        model = at.models.get(resolve(USER, at.models)) if name == "user" else None
        return Row(model, given=True) if model is not None else UNKNOWN


REQUEST = Request()
