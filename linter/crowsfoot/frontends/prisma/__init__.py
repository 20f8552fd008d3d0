"""Prisma schema text to facts."""

from crowsfoot.facts.common import Problem
from crowsfoot.facts.prisma import PrismaFile
from crowsfoot.frontends import directives
from crowsfoot.frontends.prisma import attributes, blocks, build
from crowsfoot.source import Range


def read(text: str) -> PrismaFile:
    """What the schema says; a broken line is a problem, and the rest of the file still counts."""
    outline = blocks.read(text)
    reading = build.Reading(text, attributes.parse(build.texts(outline.blocks)))
    datasources, generators, models, enums = [], [], [], []
    for block in outline.blocks:
        if block.keyword == "enum":
            enums.append(build.enum(block, reading))
        elif block.keyword == "datasource":
            datasources.append(build.config(block, reading))
        elif block.keyword == "generator":
            generators.append(build.config(block, reading))
        else:
            models.append(build.model(block, reading))
    comments, misread = directives.read(text, outline.comments, "//")
    return PrismaFile(
        tuple(datasources),
        tuple(generators),
        tuple(models),
        tuple(enums),
        comments,
        tuple(sorted([*outline.problems, *reading.problems, *misread], key=lambda it: it.range)),
    )
