"""A name is the person's, or that of a relative or a namesake."""

import pytest

from bookgen.text.person import Person

CURIE = Person("Marie Curie", frozenset(["maria", "sklodowska"]))
CAJAL = Person("Santiago Ramón y Cajal")


@pytest.mark.parametrize(
    ("person", "name"),
    [
        (CURIE, "Marie Curie"),
        (CURIE, "MARIE CURIE"),
        (CURIE, "Marie Sklodowska Curie"),
        (CURIE, "Maria Sklodowska"),
        (CAJAL, "Santiago Ramon y Cajal"),
        (Person("Ludwig van Beethoven"), "Ludwig Beethoven"),
        (Person("Martin Luther King Jr."), "Martin Luther King"),
        (Person("Napoleon"), "Napoleon"),
    ],
)
def test_a_full_name_has_the_given_name_and_a_surname(person, name):
    assert person.is_named(name)


@pytest.mark.parametrize(
    ("person", "name"),
    [
        (CURIE, "Curie"),
        (CURIE, "Marie"),
        (CURIE, "Maria"),
        (CURIE, "M. Curie"),
        (CURIE, "Pierre Curie"),
        (CURIE, "Madame Curie"),
        (CURIE, "Marie Curie's"),
        (CURIE, "The Marie Curie"),
        (CURIE, "Bronislawa Sklodowska"),
        (CAJAL, "Santiago Ramón"),
        (CAJAL, "Pedro Ramón y Cajal"),
        (Person("Martin Luther King Jr."), "Martin Luther King Sr."),
        (Person("Napoleon"), "Napoleon II"),
        (Person("…"), "Napoleon"),
    ],
)
def test_what_lacks_one_or_adds_a_word_is_no_full_name(person, name):
    assert not person.is_named(name)


def test_a_short_name_is_the_surname_or_the_given_name():
    assert CAJAL.is_named_in_short("Cajal")
    assert CAJAL.is_named_in_short("Ramón y Cajal")
    assert CAJAL.is_named_in_short("Santiago")
    assert not CAJAL.is_named_in_short("Ramón")
    assert not CAJAL.is_named_in_short("Instituto Cajal")


def test_who_does_not_go_by_the_surname_is_not_named_by_it_alone():
    leopold = Person("Leopold Mozart", goes_by_surname=False)
    assert not leopold.is_named_in_short("Mozart")
    assert leopold.is_named_in_short("Leopold")
    assert leopold.is_titled("Letters of Leopold Mozart")
    assert not leopold.is_titled("Mozart's Letters")


def test_a_title_names_the_person_or_another():
    beethoven = Person("Ludwig van Beethoven")
    assert beethoven.is_titled("Beethoven's Letters")
    assert beethoven.is_titled("The Life of Ludwig van Beethoven")
    assert not beethoven.is_titled("Carl van Beethoven")
    assert not beethoven.is_titled("Musicians of Vienna")


@pytest.mark.parametrize(
    ("texts", "by_surname"),
    [
        (["Mozart played. Mozart wrote."], True),
        (["Mozart and Leopold played."], True),
        (["Mozart played, and Wolfgang Mozart and Leopold wrote."], False),
        (["Mozart played, and so did Wolfgang Mozart.", *["When Mozart came."] * 9], True),
    ],
)
def test_the_surname_is_of_whom_the_given_name_seldom_tells(texts, by_surname):
    assert Person("Leopold Mozart").is_told_by_surname(texts) is by_surname


def test_a_namesake_has_a_word_of_the_name_and_another():
    assert CURIE.has_namesake("It was Irène Curie who came.")
    assert not CURIE.has_namesake("When Curie came, Marie Curie was there.")
    assert not CURIE.has_namesake("It was Langevin.")


def test_a_mention_is_capitalised_and_may_be_possessive():
    king = Person("Martin Luther King Jr.")
    assert king.is_mentioned("It was King’s dream.")
    assert not king.is_mentioned("It was the king.")


def test_a_name_with_an_apostrophe_is_found_however_it_is_written():
    for name in ("Conan O'Brien", "Conan O’Brien"):
        assert Person(name).is_told_by_surname(["O'Brien came.", "O’Brien went."])
        assert Person(name).is_titled("The Life of Conan O'Brien")
