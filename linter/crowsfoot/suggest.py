"""A misspelt word and the words there are, to the one that was probably meant."""

from collections.abc import Iterable


def closest(word: str, words: Iterable[str]) -> str | None:
    """The known word most like this one, or None where nothing comes near."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(words), n=1, cutoff=0.6)), None)


def hint(word: str, words: Iterable[str]) -> str:
    """'; did you mean "x"?', or nothing: the end of a message about an unknown word."""
    found = closest(word, words)
    return f'; did you mean "{found}"?' if found else ""
