"""A text that opens with a pronoun points back to what nobody has read."""

import pytest

from bookgen.text.openings import points_back


@pytest.mark.parametrize(
    "text",
    [
        "He learned the clavier.",
        "“Her father was a tenor.”",
        "It rained on the way.",
        "It was a house of two floors.",
        "This was the end.",
        "‘Those were the days.’",
    ],
)
def test_pronouns_and_demonstratives_point_back(text):
    assert points_back(text, "en")


@pytest.mark.parametrize(
    "text",
    [
        "Hertz learned the clavier.",
        "It was seldom that Beethoven explained his music.",
        "It took a long while to make people understand.",
        "It may be said that the mass was finished.",
        "",
        "1815 was a hard year.",
    ],
)
def test_names_and_what_refers_forward_do_not(text):
    assert not points_back(text, "en")


def test_spanish_has_its_own():
    assert points_back("Éste aprendió el clave.", "es")
    assert points_back("Su padre era tenor.", "es")
    assert not points_back("It was his.", "es")
