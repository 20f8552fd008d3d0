"""A comment allows something that is not reported there.

What it once allowed has been mended, or it has been moved away from what it spoke of. It would hide the next
mistake in its place.

```prisma
model Post {
  // crowsfoot: allow unused-suppression -- nothing is // want "unused-suppression reports nothing"
  id Int @id
}
```

A comment stands at the end of the line it speaks of, or on the line above, and names rules that report
something there:

```prisma
model Post {
  id Int @id
}
```

Source: https://github.com/crowsfoot-dev/crowsfoot/blob/main/docs/suppressions.md
"""

from collections.abc import Iterator

from crowsfoot import Finding, rule
from crowsfoot.suppress import Unused


@rule(over=Unused, since="0.1")
def check(unused: Unused) -> Iterator[Finding]:
    names = " and ".join(unused.names)
    if unused.known:
        verb = "reports" if len(unused.names) == 1 else "report"
        message = f"{names} {verb} nothing here; remove the comment that allows it"
    else:
        guess = f"; did you mean {unused.meant}?" if unused.meant else ""
        message = f"there is no rule {names}, so this comment allows nothing{guess}"
    yield Finding(unused.span, message, subject=names, fix=unused.fix)
