"""What stands in a WHERE -> which columns it compares, and by how."""

from typing import Final

from crowsfoot.libraries.raw.tokens import HOLE, Tokens, is_placeholder
from crowsfoot.libraries.where import NOTHING, SOMETHING, Where, any_of

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
_NO_COLUMNS: Final = _OPERATORS | _VALUES
_RANGES: Final = frozenset(("<", ">", "<=", ">=", "between"))
# Of functions, those whose result LIKE is asked of without regard to case.
_OF_CASE: Final = frozenset(("lower", "upper"))
# What a value stands behind, and not a part of the statement.
_BEFORE_VALUES: Final = frozenset(("in", "like", "ilike", "between", "any", "all", "limit", "offset", "not"))


class Conditions:
    """Reads conditions of a statement. names are the tables, by alias or name: "" for the statement's own,
    else what comes before the dot.

    given are the columns that are compared by "=" with what the program gives, of conditions between AND,
    each with the token that stands for that.
    """

    def __init__(self, tokens: Tokens, names: dict[str, str]) -> None:
        self.tokens = tokens
        self.names = names
        self.given: list[tuple[str, int]] = []

    def read(self, first: int, last: int, nested: int = 0) -> Where[str]:
        """What is asked of rows between those tokens."""
        if first >= last:
            return NOTHING
        if nested > _DEEPEST:
            return SOMETHING
        tokens, depths = self.tokens.items, self.tokens.depths
        while tokens[first].text == "(" and self.tokens.closing.get(first) == last - 1:
            first, last = first + 1, last - 1
            if first >= last:
                return NOTHING
        floor = min(depths[first:last])
        ands: list[int] = []
        ors: list[int] = []
        between = False
        for number in range(first, last):
            if depths[number] != floor or tokens[number].kind != "word":
                continue
            word = tokens[number].text
            if word == "or":
                ors.append(number)
            elif word == "between":
                between = True
            elif word == "and":
                if between:
                    between = False
                else:
                    ands.append(number)
        if ors:
            given = len(self.given)
            found = any_of(self._each(first, last, ors, nested))
            del self.given[given:]
            return found
        if ands:
            found = NOTHING
            for it in self._each(first, last, ands, nested):
                found = found.and_(it)
            return found
        if tokens[first].text == "not" and tokens[first].kind == "word":
            return self._negated(first + 1, last, nested)
        return self._condition(first, last)

    def _each(self, first: int, last: int, between: list[int], nested: int) -> list[Where[str]]:
        starts, ends = [first, *(it + 1 for it in between)], [*between, last]
        return [self.read(since, to, nested + 1) for since, to in zip(starts, ends, strict=True)]

    def _negated(self, first: int, last: int, nested: int) -> Where[str]:
        column, at = self.column(first, last)
        if column is not None and at == last:
            return Where(equal=(column,), constants=((column, "false"),))
        given = len(self.given)
        found = self.read(first, last, nested + 1).negated()
        del self.given[given:]
        return found

    def _condition(self, first: int, last: int) -> Where[str]:
        tokens = self.tokens.items
        column, at = self.column(first, last)
        if column is None:
            return self._of_no_column(first, last)
        if at >= last:
            if tokens[first].kind == "word" and tokens[first].text in _VALUES:
                return NOTHING
            return Where(equal=(column,), constants=((column, "true"),))
        cast = tokens[at - 1].cast
        negated = tokens[at].text == "not"
        if negated and at + 1 < last:
            at += 1
        if cast:
            return self._computed((column,), "date" if cast == "date" else "", at, last, negated)
        word = tokens[at].text
        if word in ("=", "==", "<=>") and at + 1 < last:
            return self._equal(column, at + 1, last)
        if word == "in":
            return Where(others=(column,)) if negated else Where(among=(column,))
        if word == "is":
            return self._is(column, at + 1, last)
        if word in _RANGES:
            if negated or self._columns(at + 1, last):
                return Where(others=(column, *self._columns(at + 1, last)))
            return Where(ranges=(column,))
        if word in ("like", "ilike") and not negated:
            return self._like(column, word, at + 1, last)
        return self._others(first, last)

    def _of_no_column(self, first: int, last: int) -> Where[str]:
        """What does not begin with a column: %s = id, lower(name) = %s, (at, id) < (%s, %s)."""
        tokens = self.tokens.items
        if last - first > 2:
            behind, end = self.column(first + 2, last)
            if behind is not None and end == last and tokens[first + 1].text == "=":
                if self.tokens.is_given(first) and not tokens[end - 1].cast:
                    self.given.append((behind, first))
                    return Where(equal=(behind,))
                return self._others(first, last)
        inner = first + 1 if tokens[first].kind == "word" else first
        closing = self.tokens.closing.get(inner)
        if closing is None or closing + 1 >= last or tokens[inner].text != "(":
            return self._others(first, last)
        within = self._columns(inner + 1, closing)
        at = closing + 1
        negated = tokens[at].text == "not"
        at += negated and at + 1 < last
        if inner > first:
            alone = self.column(inner + 1, closing)[1] == closing
            function = tokens[first].text if alone else ""
            # CAST(at AS date)
            if tokens[first].text == "cast":
                within = within[:1]
                function = "date" if tokens[closing - 1].text == "date" else ""
            return self._computed(within, function, at, last, negated)
        plain = bool(within) and len(within) * 2 - 1 == closing - inner - 1
        if plain and tokens[at].text in _RANGES and tokens[at].text != "between":
            # A row is compared by its first column, and by the next where that is the same.
            return Where(ranges=within)
        if plain and tokens[at].text == "=" and not self._columns(at + 1, last):
            return Where(equal=within)
        return self._others(first, last)

    def _computed(
        self, columns: tuple[str, ...], function: str, at: int, last: int, negated: bool
    ) -> Where[str]:
        """What a function makes of one column, compared with something that no column is in."""
        operator = self.tokens.items[at].text
        beside = self._columns(at + 1, last)
        word = ""
        if len(columns) == 1 and not beside and not negated:
            if operator in ("=", "in") or operator in _RANGES:
                word = function
            elif operator == "like" and function in _OF_CASE:
                word = "icontains" if self._begins_with_anything(at + 1, last) else "ilike"
        functions = ((columns[0], word),) if word else ()
        return Where(others=tuple(dict.fromkeys((*columns, *beside))), functions=functions)

    def _is(self, column: str, at: int, last: int) -> Where[str]:
        words = [it.text for it in self.tokens.items[at:last]]
        if words == ["null"]:
            return Where(null=(column,))
        if words == ["not", "null"]:
            return Where(ranges=(column,))
        if words in (["true"], ["false"]):
            return Where(equal=(column,), constants=((column, words[0]),))
        return Where(others=(column,))

    def _like(self, column: str, word: str, at: int, last: int) -> Where[str]:
        tokens = self.tokens.items
        if word == "like":
            written = tokens[at].written if at < last and tokens[at].kind == "value" else ""
            prefix = written.lstrip("'")[:1] not in ("%", "_", "?", "$", ":", "")
            return Where(others=(column,), functions=((column, "like"),) if prefix else ())
        said = "icontains" if self._begins_with_anything(at, last) else "ilike"
        return Where(others=(column,), functions=((column, said),))

    def _begins_with_anything(self, at: int, last: int) -> bool:
        """Whether the pattern begins with a wildcard."""
        while at < last and self.tokens.items[at].text in ("(", "concat", "lower", "upper"):
            at += 1
        return at < last and self.tokens.items[at].written.startswith(("'%", "'_"))

    def _equal(self, column: str, at: int, last: int) -> Where[str]:
        tokens = self.tokens.items
        if tokens[at].text in ("any", "some") and at + 1 < last and tokens[at + 1].text == "(":
            return Where(among=(column,))
        other, end = self.column(at, last)
        if other is not None and end == last and tokens[at].text not in _VALUES:
            # Two columns, of tables that are joined, or of the same row.
            return Where(others=(column, other)) if "." not in column and "." not in other else NOTHING
        if self.tokens.is_given(at):
            self.given.append((column, at))
        elif at + 1 == last and (tokens[at].kind == "value" or tokens[at].text in ("true", "false")):
            value = tokens[at].written if tokens[at].kind == "value" else tokens[at].text
            return Where(equal=(column,), constants=((column, value),))
        return Where(equal=(column,))

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

    def _columns(self, first: int, last: int) -> tuple[str, ...]:
        """The columns that stand there; those of a query within are its own."""
        found: list[str] = []
        number = first
        while number < last:
            if self.tokens.items[number].text == "select":
                break
            column, end = self.column(number, last)
            it = self.tokens.items[number]
            if column is not None and not (it.kind == "word" and it.text in _NO_COLUMNS):
                found.append(column)
            number = max(end, number + 1)
        return tuple(dict.fromkeys(found))

    def _others(self, first: int, last: int) -> Where[str]:
        """The columns of what no index of a column serves."""
        found = self._columns(first, last)
        asks = any(it.text == "select" or it.kind == "hole" for it in self.tokens.items[first:last])
        return Where(others=found, whole=not asks)

    def has_parts(self, first: int, last: int) -> bool:
        """Whether a hole stands where no value can: a part of the statement that only the run knows."""
        tokens = self.tokens.items
        between = False
        for number in range(first, last):
            if tokens[number].text == "between":
                between = True
            if tokens[number].kind != "hole":
                continue
            before = tokens[number - 1] if number else None
            if before is None or before.kind in ("name", "hole", "value") or is_placeholder(before):
                return True
            if before.kind == "word":
                if before.text == "and" and between:
                    between = False
                elif before.text not in _BEFORE_VALUES:
                    return True
            elif before.text == ")":
                return True
        return False
