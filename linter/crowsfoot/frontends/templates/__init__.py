"""Templates of Django and Jinja to facts: what they loop over, read, include and extend."""

import msgspec

from crowsfoot.facts.templates import TemplateFile
from crowsfoot.frontends.templates.comments import comments
from crowsfoot.frontends.templates.statements import Statements


def read(text: str) -> TemplateFile:
    """What the template says; what is broken in it is taken for text, as nothing tells what was meant."""
    said, problems = comments(text)
    return msgspec.structs.replace(Statements(text).read(), comments=said, problems=problems)
