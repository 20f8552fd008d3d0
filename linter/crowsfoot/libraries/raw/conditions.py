"""What stands in a WHERE, between AND -> which columns it compares, and by how."""

from typing import Final

from crowsfoot.libraries.query import KINDS
from crowsfoot.libraries.raw.tokens import HOLE, Tokens

_DEEPEST: Final = 30  # brackets of a condition within brackets
_VALUES: Final = frozenset(("null", "true", "false", "default", "current_timestamp", "current_date", "now"))
_OPERATORS: Final = frozenset(
    (
        *("and", "or", "not", "in", "is", "like", "ilike", "between", "exists", "any", "all", "some", "case"),
        *("when", "then", "else", "end", "similar", "to", "escape", "regexp", "rlike", "glob", "match"),
        *("collate", "distinct", "from", "as", "interval", "at", "time", "zone", "array", "cast", "against"),
        *("mode", "using", "date"),
    )
)


class Conditions:
    """The columns that a statement compares, by how: "equal", "null", "among", "ranges", "others".

    "given" are those of "equal" that are compared with what the program gives. names are the tables, by alias
    or name: "" for the statement's own, else what comes before the dot.
    """

    def __init__(self, tokens: Tokens, names: dict[str, str]) -> None:
        self.tokens = tokens
        self.names = names
        self.found: dict[str, list[str]] = {it: [] for it in (*KINDS, "given")}

    def read(self, first: int, last: int, nested: int = 0) -> None:
        """What stands between AND, each by itself."""
        if first >= last or nested > _DEEPEST:
            return
        tokens, depths = self.tokens.items, self.tokens.depths
        while tokens[first].text == "(" and self.tokens.closing.get(first) == last - 1:
            first, last = first + 1, last - 1
            if first >= last:
                return
        floor = min(depths[first:last])
        ands: list[int] = []
        between = False
        for number in range(first, last):
            if depths[number] != floor or tokens[number].kind != "word":
                continue
            word = tokens[number].text
            if word == "or":
                self._all_other(first, last)
                return
            if word == "between":
                between = True
            elif word == "and":
                if between:
                    between = False
                else:
                    ands.append(number)
        if not ands:
            self._condition(first, last)
            return
        for since, to in zip([first, *(it + 1 for it in ands)], [*ands, last], strict=True):
            self.read(since, to, nested + 1)

    def _condition(self, first: int, last: int) -> None:
        tokens = self.tokens.items
        column, at = self.column(first, last)
        if column is None or at >= last:
            # The other way round: %s = id
            behind, end = self.column(first + 2, last) if last - first > 2 else (None, 0)
            if (
                behind is not None
                and end == last
                and tokens[first + 1].text == "="
                and self.tokens.is_given(first)
            ):
                self.found["equal"].append(behind)
                self.found["given"].append(behind)
            else:
                self._all_other(first, last)
            return
        word = tokens[at].text
        negated = word == "not"
        if negated and at + 1 < last:
            at += 1
            word = tokens[at].text
        if word in ("=", "==", "<=>") and at + 1 < last:
            self._equal(column, at + 1, last)
        elif word == "in":
            self.found["others" if negated else "among"].append(column)
        elif word == "is":
            missing = last == at + 2 and tokens[at + 1].text == "null"
            self.found["null" if missing else "others"].append(column)
        elif word in ("<", ">", "<=", ">=", "between"):
            self.found["others" if negated else "ranges"].append(column)
        elif word == "like" and at + 1 < last and tokens[at + 1].kind == "value":
            prefix = tokens[at + 1].written.lstrip("'")[:1] not in ("%", "_", "?", "$", ":", "")
            self.found["ranges" if prefix and not negated else "others"].append(column)
        else:
            self._all_other(first, last)

    def _equal(self, column: str, at: int, last: int) -> None:
        tokens = self.tokens.items
        if tokens[at].text in ("any", "some") and at + 1 < last and tokens[at + 1].text == "(":
            self.found["among"].append(column)
            return
        other, end = self.column(at, last)
        if other is not None and end == last and tokens[at].text not in _VALUES:
            return  # two columns, of tables that are joined
        self.found["equal"].append(column)
        if self.tokens.is_given(at):
            self.found["given"].append(column)

    def column(self, at: int, last: int) -> tuple[str | None, int]:
        """The column that stands there, by its name and that of its table, and where it ends."""
        tokens = self.tokens.items
        if at >= last or tokens[at].kind not in ("word", "name"):
            return None, at
        if tokens[at].kind == "word" and tokens[at].text in (
            "not",
            "exists",
            "case",
            "select",
            "cast",
            "null",
        ):
            return None, at
        name, end = self.tokens.name(at)
        if name is None or HOLE in name or (end < last and tokens[end].text == "("):
            return None, at
        return self._named(name), end

    def _named(self, name: str) -> str:
        qualifier, _, column = name.rpartition(".")
        if not qualifier:
            return column
        table = self.names.get(qualifier.rpartition(".")[2].lower())
        return column if table == "" else f"{table or qualifier}.{column}"

    def _all_other(self, first: int, last: int) -> None:
        """The columns of what no index of a column serves; those of a query within are its own."""
        number = first
        while number < last:
            if self.tokens.items[number].text == "select":
                return
            column, end = self.column(number, last)
            text = self.tokens.items[number].text
            if column is not None and text not in _OPERATORS and text not in _VALUES:
                self.found["others"].append(column)
            number = max(end, number + 1)
