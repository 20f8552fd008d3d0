"""The colours of a drawing, light and dark, as variables of CSS."""

from typing import Final

# Light, dark. Text has a contrast of 4.5 with its ground, lines and signs one of 3.
# Source: https://www.w3.org/TR/WCAG22/#contrast-minimum and #non-text-contrast
COLOURS: Final = {
    "sheet": ("#f6f7f9", "#11151b"),
    "group": ("#eceff4", "#181e26"),
    "group-line": ("#d3d9e2", "#2b3440"),
    "group-text": ("#4b5667", "#a9b4c4"),
    "box": ("#ffffff", "#202833"),
    "box-line": ("#7f8b9c", "#6d7b91"),
    "head": ("#e0e7f1", "#2e3948"),
    "text": ("#1b2430", "#e8edf4"),
    "quiet": ("#566274", "#a9b5c6"),
    "line": ("#687488", "#8a97ab"),
    "far": ("#7a4fb0", "#c0a0ee"),
    "accent": ("#0b57d0", "#8ab4ff"),
    "accent-soft": ("#d9e6ff", "#223a62"),
    "error": ("#b3162a", "#ff9398"),
    "warning": ("#8a5000", "#f2b657"),
    "note": ("#1b6285", "#83cbea"),
    "heat": ("#b83a08", "#ff9f66"),
    "heat-off": ("#c3b5ab", "#5d5148"),
    "key": ("#7d5800", "#e6bf66"),
}


def by_system() -> str:
    """As the reader's system prefers, for an image that stands by itself."""
    light = _rule({name: both[0] for name, both in COLOURS.items()})
    dark = _rule({name: both[1] for name, both in COLOURS.items()})
    return f"{light}@media (prefers-color-scheme: dark) {{{dark}}}"


def by_page() -> str:
    """As the color-scheme of the page has it."""
    return _rule({name: f"light-dark({light}, {dark})" for name, (light, dark) in COLOURS.items()})


def _rule(values: dict[str, str]) -> str:
    return f".relation-graph {{{' '.join(f'--rg-{name}: {value};' for name, value in values.items())}}}\n"
