"""Whoever sees little contrast can read a drawing: WCAG 2.2, level AA."""

import re

import pytest

from crowsfoot.drawing.colours import COLOURS, by_page, by_system


def luminance(color: str) -> float:
    """Source: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


TEXT = {
    "text": ("sheet", "group", "box", "head", "accent-soft"),
    "quiet": ("sheet", "box", "accent-soft"),
    "group-text": ("group",),
    "far": ("box",),
    "error": ("box", "head"),
    "warning": ("box", "head"),
    "note": ("box", "head"),
}
SIGNS = {
    "line": ("sheet", "group"),
    "far": ("sheet", "group"),
    "accent": ("sheet", "group", "box"),
    "box-line": ("sheet", "box"),
    "heat": ("box", "head"),
    "key": ("box",),
}


@pytest.mark.parametrize("shade", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (SIGNS, 3.0)], ids=["text", "signs"])
def test_the_contrast_is_enough(shade: int, pairs: dict[str, tuple[str, ...]], least: float) -> None:
    poor = {
        (name, ground): round(contrast(COLOURS[name][shade], COLOURS[ground][shade]), 2)
        for name, grounds in pairs.items()
        for ground in grounds
        if contrast(COLOURS[name][shade], COLOURS[ground][shade]) < least
    }
    assert not poor


def test_every_colour_that_is_used_is_there() -> None:
    from crowsfoot.drawing.svg import part_of

    used = set(re.findall(r"var\(--rg-([\w-]+)", part_of("drawing.css") + part_of("page.css"))) - {"height"}
    assert used == set(COLOURS)
    for text in (by_system(), by_page()):
        assert all(f"--rg-{name}:" in text for name in COLOURS)
