"""sarif_om objects to plain dicts."""

import pytest
import sarif_om as om  # type: ignore[import-untyped]

from crowsfoot.reporters.sarif_plain import to_plain


def test_a_level_that_equals_its_default_is_written() -> None:
    plain = to_plain(om.Result(message=om.Message(text="x"), level="warning"))
    assert plain == {"level": "warning", "message": {"text": "x"}}


def test_an_index_of_none_is_left_out_and_zero_is_not() -> None:
    assert "ruleIndex" not in to_plain(om.Result(message=om.Message(text="x"), rule_index=-1))
    assert to_plain(om.Result(message=om.Message(text="x"), rule_index=0))["ruleIndex"] == 0


def test_an_empty_list_and_an_empty_text_are_written() -> None:
    assert to_plain(om.Run(tool=None, results=[]))["results"] == []
    assert to_plain(om.ArtifactContent(text="")) == {"text": ""}


def test_a_suppression_has_the_name_of_the_final_schema() -> None:
    assert to_plain(om.Suppression(kind="inSource", state="accepted")) == {
        "kind": "inSource",
        "status": "accepted",
    }


def test_an_attribute_that_does_not_exist_is_refused() -> None:
    region = om.Region(start_line=1)
    region.startline = 2
    with pytest.raises(AttributeError, match="Region has no startline"):
        to_plain(region)
