"""What a sentence states stands in what it cites, or is named."""

import pytest

from bookgen.models import PartialDate
from bookgen.text.support import Ground, unsupported

PASSAGE = (
    "Ludwig van Beethoven was baptised at Bonn on 17 December 1770. His salary was 1,300 florins, "
    "and Prince Lobkowitz paid it until 1816."
)
GROUND = Ground((PASSAGE, "Fischer's study"), "en", (PartialDate(1801, 6, 29),))


@pytest.mark.parametrize(
    "sentence",
    [
        "The child was baptised in Bonn in December 1770.",
        "In 1770 Beethoven was carried to the font at Bonn.",
        "Lobkowitz went on paying the 1300 florins of the salary.",
        "He wrote so on 29 June 1801.",
        "Nothing in it states a fact.",
        "Beethoven's prince paid until 1816.",
        "Fischer tells of Lobkowitz' florins.",
    ],
)
def test_the_same_facts_in_other_words_are_supported(sentence):
    assert unsupported(sentence, GROUND) == ()


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("He was baptised at Bonn on 16 December 1770.", ("16 December 1770",)),
        ("He was baptised at Bonn in 1772.", ("1772",)),
        ("The salary was 1,400 florins.", ("1400",)),
        ("He was praised by Haydn, and Prince Lobkowitz paid.", ("Haydn",)),
        (
            "Then Karl Lichnowsky paid 600 florins in May 1806.",
            ("May 1806", "600", "Karl Lichnowsky"),
        ),
    ],
)
def test_an_invented_date_number_or_name_is_named(sentence, missing):
    assert unsupported(sentence, GROUND) == missing


def test_a_date_may_not_be_more_precise_than_its_source():
    ground = Ground(("He came to Vienna in November 1792.",), "en")
    assert unsupported("He came to Vienna in 1792.", ground) == ()
    assert unsupported("He came to Vienna on 10 November 1792.", ground) == ("10 November 1792",)


def test_a_name_behind_an_elision_is_found():
    ground = Ground(("She lodged in the rue d’Allemagne near La Villette.",), "en")
    assert unsupported("The rue d'Allemagne was in Allemagne near Villette.", ground) == ()


def test_spanish_names_are_found_without_their_accents():
    ground = Ground(("Cajal nació el 1 de mayo de 1852 en Petilla de Aragón.",), "es")
    assert unsupported("En mayo de 1852 nació en Petilla de Aragon.", ground) == ()
    assert unsupported("En 1853 nació en Zaragoza, dijo Cajal.", ground) == ("1853", "Zaragoza")
