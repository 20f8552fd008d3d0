"""An amount of money is kept in a binary floating-point number.

A Float cannot hold most decimal fractions: 0.1 + 0.2 is 0.30000000000000004, sums drift with the number and
the order of their terms, and two amounts that should be equal are not.

```prisma
model Invoice {
  id    Int   @id
  total Float
//^^^^^ want "Invoice.total holds money in a Float"
}
```

A Decimal holds what was written, and so does an integer of the smallest unit:

```prisma
model Invoice {
  id         Int     @id
  total      Decimal @db.Decimal(12, 2)
  totalCents Int
}
```

Rates, percentages, scores and measured costs of fractions of a cent may well be floats and are not
reported. Changing the type rewrites the table and the code that computes with the field, so the fix is only
shown.

Source: https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-FLOAT
Source: https://www.prisma.io/docs/orm/prisma-client/special-fields-and-types#working-with-decimal
"""

import re
from collections.abc import Iterator

from crowsfoot import Column, Confidence, Finding, rule

_WORDS = r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+"

# Words that say money wherever they stand, and words that do so only on a model of this kind.
_MONEY = r"price|amount|fees?|subtotal|salary|wages?|revenue|payout|deposit|refund|vat|fiat|usd|eur|gbp"
_PERHAPS = r"total|balance|tax|paid|due|credit|debit|net|gross|charge"
_MODELS = (
    r"order|invoice|payment|product|cart|checkout|subscription|transaction|wallet|account|purchase|sale|refund|"
    r"payout|billing|bill|receipt|charge|price|deposit|withdrawal|ledger"
)
# With one of these beside it, a number is a ratio, a statistic or a count of something else.
_NOT_MONEY = (
    r"rates?|ratio|percent|percentage|pct|change|factor|multiplier|score|weight|count|index|tokens?|credits|"
    r"points|per|avg|average|stddev|delta|growth|elasticity|threshold|min|max|limit"
)


@rule(over=Column, since="0.1", default=False)
def check(column: Column) -> Iterator[Finding]:
    if column.type == "Float" and not column.ignored and column.table.kind == "table" and _is_money(column):
        yield Finding(
            column.name_span,
            f"{column} holds money in a Float, which cannot hold most cents exactly; "
            "use Decimal, or an integer of the smallest unit",
            subject=str(column),
            confidence=Confidence.LIKELY,
        )


def _is_money(column: Column) -> bool:
    words = _words(column.field)
    default = column.default.value if column.default else None
    is_share = isinstance(default, float) and 0 < abs(default) < 1  # payoutFee @default(0.05)
    if is_share or _any(_NOT_MONEY, words):
        return False
    return _any(_MONEY, words) or (_any(_PERHAPS, words) and _any(_MODELS, _words(column.table.model)))


def _any(pattern: str, words: list[str]) -> bool:
    return any(re.fullmatch(pattern, word) for word in words)


def _words(name: str) -> list[str]:
    return [word.lower() for word in re.findall(_WORDS, name)]
