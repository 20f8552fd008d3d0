"""Which of the statements behind one call a finding names."""

import pytest

from ...libraries.sending import sent

START = """\
from sqlalchemy.orm import Session
from sqlalchemy import Column, Integer, String, select
from sqlalchemy.orm import declarative_base

Base = declarative_base()

class Chat(Base):
    __tablename__ = "chat"
    id = Column(Integer, primary_key=True)
    title = Column(String)

"""


@pytest.mark.parametrize(
    ("below", "named"),
    [
        ("session.get(Chat, key).title = 'x'\n    session.commit()", "session.get(Chat)"),
        ("session.commit()\n    return session.get(Chat, key)", "session.get(Chat)"),
        (
            "session.get(Chat, key)\n    return session.scalars(select(Chat).where(Chat.title == key)).all()",
            "session.scalars(select(Chat))",
        ),
    ],
)
def test_what_says_most_of_what_it_asks_is_named(below: str, named: str) -> None:
    code = f"{START}def rename(session: Session, key):\n    {below}\n\n"
    code += "def all_of(session: Session, keys):\n    for key in keys:\n        rename(session, key)\n"
    (found,) = [it for some in sent(code).repeated.values() for it in some]
    assert found.query.api == named
    assert found.others == 1
