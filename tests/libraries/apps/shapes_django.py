# mypy: ignore-errors
"""The first statement that each expression sends, as JSON: `python shapes_django.py`, the expressions on stdin.

Models and expressions are in the same text: what we read is what runs.
"""

import json
import sys
from contextlib import suppress

import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()

from django.core.exceptions import ObjectDoesNotExist  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.db.models import F, Q  # noqa: E402
from django.db.models.functions import Lower  # noqa: E402

asked = json.load(sys.stdin)
module = type(sys)("library.models")
sys.modules["library.models"] = module
names = module.__dict__ | {"__name__": "library.models", "models": models}
exec(asked["models"], names)
names |= {"F": F, "Q": Q, "Lower": Lower, "x": "5", "author": 3}
with connection.schema_editor() as editor:
    for model in (names["Author"], names["Book"], names["Note"]):
        editor.create_model(model)

found = []
for expression in asked["expressions"]:
    sent = []

    def keep(execute, sql, params, many, context, sent=sent):
        sent.append(connection.ops.last_executed_query(context["cursor"].cursor, sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep), suppress(ObjectDoesNotExist, IndexError, TypeError):
        list(eval(expression, names) or ())
    found.append(sent[0])
json.dump(found, sys.stdout)
