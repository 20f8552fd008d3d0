"""What stands over a block and in it -> whether it is shown as what not to do, and whether it is complete."""

import re
from typing import Final

_APOSTROPHE = "['\u2019]?"

# Words that call what follows wrong. Prose uses them in passing, so they count in short lines only, such as
# headings and captions: "### Don't", "Bad:", "**Wrong**", "The naive way:".
_WRONG: Final = re.compile(
    rf"""\b(?:bad(?:ly)?|wrong(?:ly)?|incorrect(?:ly)?|invalid|don{_APOSTROPHE}t|do[ ]not|never|avoid(?:ing)?
    |anti-?[ ]?patterns?|unsafe|insecure|vulnerab\w+|naive|na\u00efve|broken|buggy|faulty|problem(?:atic)?
    |pitfalls?|mistakes?|not[ ]recommended|discouraged|deprecated|inefficient|slow(?:er|est)?|fails?|leaks?
    |exploits?|without|instead[ ]of|rather[ ]than|n\+1|injections?)\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Words that, in a caption, say that this one is meant to be copied.
_RIGHT: Final = re.compile(
    r"""\b(?:correct(?:ly|ed)?|right|good|better|best|recommended|preferred|instead|fix(?:ed)?|solution|safe(?:ly|r)?
    |secure|proper(?:ly)?|after|do)\b|[\u2705\u2713\u2714]|:white_check_mark:|:heavy_check_mark:""",
    re.IGNORECASE | re.VERBOSE,
)
# "Before", but not "Before you begin".
_BEFORE: Final = re.compile(
    r"""[\W_]*(?:example[ ]+(?:\d+[ ]*)?[-:][ ]*)?(?:before|old|previously|from|instead[ ]of)
    (?:[ ]*\([^)]*\))?[\W_]*""",
    re.IGNORECASE | re.VERBOSE,
)
_SIGNS: Final = re.compile(
    "[\u274c\U0001f6ab\u26d4\u2717\u2718\u2716\U0001f44e\U0001f645\u2620\U0001f480\u26a0\u274e]"
    "|:x:|:no_entry(?:_sign)?:|:warning:|:thumbsdown:|:-1:"
)
# What nobody says in passing, wherever it stands.
_SAID: Final = re.compile(
    rf"""\b(?:bad[ ](?:practice|example|idea|way|code)|wrong[ ]way|anti-?[ ]?pattern|vulnerable|insecure
    |exploit\w*|sql[ ]injections?|n\+1|not[ ]recommended|is[ ]wrong|is[ ]slow|fails|leaks
    |(?:do[ ]not|don{_APOSTROPHE}t|never|avoid)[ ](?:do|use|write|run|copy|build|put|set|call|rely)
    |(?:should|must)(?:[ ]not|n{_APOSTROPHE}t)[ ](?:do|use|write|look)
    |(?:will[ ]not|won{_APOSTROPHE}t|(?:does|do|did)(?:[ ]not|n{_APOSTROPHE}t))[ ]work)\b""",
    re.IGNORECASE | re.VERBOSE,
)
# A comment speaks of what the code does, so it has to begin with the verdict: "-- BAD: no index".
_OPENS: Final = re.compile(
    rf"""(?:this[ ]is[ ])?(?:an?[ ]|the[ ])?
    (?:bad|wrong|incorrect|invalid|don{_APOSTROPHE}t|do[ ]not|never|avoid|anti-?[ ]?pattern|unsafe|insecure
    |vulnerable|naive|broken|not[ ]recommended|inefficient|n\+1|problem|fails|error|oops)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_COMMENT: Final = re.compile(r"(?:--|\#|//)(?P<said>[^\n]{0,200})|/\*(?P<long>.{0,200}?)\*/", re.DOTALL)
_SHORT: Final = 60  # characters
_MOST_COMMENTS: Final = 50


def is_wrong(above: str) -> bool:
    """Whether a line of prose, a heading or a caption says that what follows it is wrong."""
    if _SIGNS.search(above) or _SAID.search(above) or _BEFORE.fullmatch(above):
        return True
    return len(above) <= _SHORT and _WRONG.search(above) is not None


def is_right(above: str) -> bool:
    """Whether a caption says that what follows it is the way, among others that are not."""
    return len(above) <= _SHORT and _RIGHT.search(above) is not None


def says_wrong(text: str) -> bool:
    """Whether a comment in the text of a block says that something in it is wrong."""
    for number, found in enumerate(_COMMENT.finditer(text)):
        if number == _MOST_COMMENTS:
            break
        said = (found["said"] or found["long"] or "").strip(" \t\r#-/*!")
        if _SIGNS.search(said) or _BEFORE.fullmatch(said) or _OPENS.match(said):
            return True
    return False


# Something is left out, or stands for what the reader has to fill in: ..., <name>, {{ name }}, ${NAME}.
_LEFT_OUT: Final = re.compile(
    r"""\.\.\.|\u2026|\u2192|<[A-Za-z_][\w -]*>|\{\{|\$\{|\{\w*\}|\$\w+\$?[ ]*(?!\$)|%s|%\(
    |(?<![:\w]):[A-Za-z_]\w*|\?|\[[a-z_][\w -]*\]|\b(?:YOUR|MY|XXX)_""",
    re.VERBOSE,
)


def is_elided(text: str) -> bool:
    """Whether the block is not the whole of what a reader would write: then it need not be correct."""
    return _LEFT_OUT.search(text) is not None
