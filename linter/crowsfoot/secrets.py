"""Text -> the same text with stars for passwords and keys: one for each character, so that places stay."""

import re
from typing import Final

_SECRET: Final = re.compile(
    # scheme://user:password@host
    r"(?P<before>://[^\s:/@'\"]*:)(?P<password>[^\s/'\"]+)(?=@)"
    r"|(?P<token>\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?|\bsb_secret_[\w-]+|\bsbp_[\w-]{20,})"
    # DB_PASSWORD=..., password="...", "PASSWORD": "..."
    r"|(?P<name>(?-i:^[ \t]*(?:export[ \t]+|-[ \t]+)?(?=[A-Z])[A-Z0-9_]{0,80}?"
    r"(?:KEY|SECRET|PASSWORD|PASSWD|TOKEN|PRIVATE|CREDENTIAL)[A-Z0-9_]{0,40})[ \t]*[=:][ \t]*['\"]?)"
    r"(?P<value>[^\s'\"#(){}\[\]$,]{3,})(?=['\"]?[ \t]*(?:#.*)?$)"
    r"|(?P<key>(?:password|passwd|secret|secret_key|api_key)['\"]?[ \t]*[=:][ \t]*['\"])"
    r"(?P<text>[^'\"\n]+)(?=['\"])",
    re.IGNORECASE | re.MULTILINE,
)
_LONGEST: Final = 20_000


def masked(text: str) -> str:
    """The text without the passwords and keys in it."""
    if len(text) > _LONGEST:
        return masked(text[:_LONGEST]) + text[_LONGEST:]
    return _SECRET.sub(_stars, text)


def _stars(found: re.Match[str]) -> str:
    for before, what in (("before", "password"), ("name", "value"), ("key", "text")):
        if found[what] is not None:
            return found[before] + "*" * len(found[what])
    return "*" * len(found[0])
