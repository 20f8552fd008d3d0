"""A key that no policy applies to is in a variable that the browser gets.

Frameworks put each variable with their prefix into the code that is sent to the browser: `NEXT_PUBLIC_`,
`VITE_`, `REACT_APP_`, `EXPO_PUBLIC_`, `NUXT_PUBLIC_`, `GATSBY_`, `PUBLIC_`. Whoever opens the page has the
key then, and reads and writes every row.

```dotenv
VITE_SUPABASE_SERVICE_ROLE_KEY=sb_secret_0123 # want "is sent to the browser"
```

```dotenv
VITE_SUPABASE_PUBLISHABLE_KEY=sb_publishable_0123
SUPABASE_SECRET_KEY=sb_secret_0123
```

Source: https://supabase.com/docs/guides/api/api-keys
        https://nextjs.org/docs/app/guides/environment-variables#bundling-environment-variables-for-the-browser
        https://vite.dev/guide/env-and-mode#env-files
"""

import re
from collections.abc import Iterator
from typing import Final

from crowsfoot import Confidence, EnvironmentVariable, Finding, Severity, rule

_PUBLIC: Final = re.compile(
    r"^(?:NEXT_PUBLIC|VITE|REACT_APP|EXPO_PUBLIC|NUXT_PUBLIC|NUXT_ENV|PUBLIC|GATSBY|VUE_APP|SNOWPACK_PUBLIC)_"
)
_SERVICE: Final = re.compile(r"SERVICE_?ROLE|SERVICE_KEY|SUPABASE_\w*SECRET", re.IGNORECASE)
_SERVED: Final = re.compile(r"(?:^|/)(?:public|static|www|dist)/")
_WORDS: Final = {
    "service_role": "the key of service_role",
    "secret": "a secret key",
    "": "the key of service_role",
}


@rule(over=EnvironmentVariable, since="0.2", severity=Severity.ERROR)
def check(variable: EnvironmentVariable) -> Iterator[Finding]:
    prefix = _PUBLIC.match(variable.name)
    named = _SERVICE.search(variable.name) is not None
    if prefix is not None and (variable.secret or named):
        where = f"as its name begins with {prefix[0]}"
    elif variable.secret and _SERVED.search(variable.path):
        where = "as the folder is served to everybody"
    else:
        return
    what = _WORDS[variable.secret]
    yield Finding(
        variable.span,
        f"`{variable.name}` holds {what}, and is sent to the browser, {where}: with it no policy counts; "
        "keep it in a variable of the server alone, give the browser the publishable key, "
        "and replace this one",
        subject=variable.name,
        confidence=Confidence.CERTAIN if variable.secret else Confidence.LIKELY,
    )
