"""Prisma schema text to facts."""

import re
from typing import Final

from crowsfoot.facts.common import Problem
from crowsfoot.facts.prisma import ConfigBlock, Enum, Model, PrismaFile
from crowsfoot.frontends import directives
from crowsfoot.frontends.prisma import attributes, blocks, build
from crowsfoot.source import Range

_MOST_PROBLEMS: Final = 100

# The contract language of Prisma 8 shares the file name and little else.
# Source: https://github.com/prisma/prisma, branch main
_PRISMA_8: Final = re.compile(r"[\s\ufeff]*+(?P<marker>//[ \t]*use[ \t]+prisma-next\b[^\r\n]*)")
_PRISMA_8_WORD: Final = re.compile(
    r"^[ \t]*(?:(?P<block>types[ \t]*\{|(?:namespace|native_enum)[ \t]+\w+[ \t]*\{)"
    r"|(?P<attribute>@@(?:type|base|discriminator)\()"
    r"|\w+[ \t]+(?P<type>\w+\.(?:enum|updatedAt)\b))",
    re.MULTILINE,
)
# What no schema up to Prisma 7 has, though its lines would read.
_ONLY_IN_PRISMA_8: Final = ("@@base(", "@@discriminator(")


def read(text: str) -> PrismaFile:
    """What the schema says; a broken line is a problem, and the rest of the file still counts."""
    if contract := _PRISMA_8.match(text):
        return _unsupported(contract)
    outline = blocks.read(text)
    reading = build.Reading(text, attributes.parse(build.texts(outline.blocks)))
    datasources: list[ConfigBlock] = []
    generators: list[ConfigBlock] = []
    models: list[Model] = []
    enums: list[Enum] = []
    for block in outline.blocks:
        match block.keyword:
            case "datasource":
                datasources.append(build.config(block, reading))
            case "generator":
                generators.append(build.config(block, reading))
            case "enum":
                enums.append(build.enum(block, reading))
            case _:
                models.append(build.model(block, reading))
    comments, misread = directives.read(text, outline.comments, "//")
    problems = [*outline.problems, *reading.problems]
    suspicious = problems or any(word in text for word in _ONLY_IN_PRISMA_8)
    if suspicious and (contract := _PRISMA_8_WORD.search(text)):
        return _unsupported(contract)
    return PrismaFile(
        datasources=tuple(datasources),
        generators=tuple(generators),
        models=tuple(models),
        enums=tuple(enums),
        comments=comments,
        problems=_first([*problems, *misread]),
    )


def _unsupported(contract: re.Match[str]) -> PrismaFile:
    group = contract.lastgroup or 0
    where = Range(contract.start(group), contract.end(group))
    message = (
        f"`{contract[group].strip()}` makes this a Prisma 8 contract; schemas of Prisma up to 7 are read"
    )
    return PrismaFile(problems=(Problem(where, message, "unsupported"),))


def _first(problems: list[Problem]) -> tuple[Problem, ...]:
    """The problems in the order of the text; of very many, the first ones and how many more."""
    problems.sort(key=lambda it: it.range)
    if len(problems) <= _MOST_PROBLEMS:
        return tuple(problems)
    rest = len(problems) - _MOST_PROBLEMS
    more = Problem(problems[_MOST_PROBLEMS].range, f"{rest} more lines could not be read")
    return (*problems[:_MOST_PROBLEMS], more)
