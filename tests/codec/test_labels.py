"""Labels of codes as people write them."""

from __future__ import annotations

import pytest

from gateway.codec.fields import choices, code_synonyms, folded


@pytest.mark.parametrize(
    "typed",
    [
        "cradle-to-grave",
        "Cradle to Grave",
        "cradle‐to‐grave".replace("‐", "-"),
        "ｃradle to grave",
        "从摇篮到坟墓",
        "摇篮到坟墓",
    ],
)
def test_a_label_however_it_is_written_is_its_code(typed: str) -> None:
    assert code_synonyms("BOUNDARY")[folded(typed)] == "c2gr"


def test_a_finding_offers_codes_with_their_names() -> None:
    assert "c2gr (摇篮到坟墓, cradle-to-grave)" in choices("BOUNDARY")
