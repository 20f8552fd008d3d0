"""Names of several words, with dots or slashes between them -> what of them is compared."""


def last(name: str) -> str:
    """The last word: "select" of "sqlalchemy.sql.select"."""
    return name.rpartition(".")[2]


def shared(one: str, other: str, between: str = ".") -> int:
    """How many words both begin with: of several things that have one name, the nearest shares the most."""
    count = 0
    for left, right in zip(one.split(between), other.split(between), strict=False):
        if left != right:
            break
        count += 1
    return count
