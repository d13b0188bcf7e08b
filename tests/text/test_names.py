"""Names are found whole, and capitals at the start of a sentence do not make one."""

from bookgen.text.names import find_names


def test_names_keep_their_particles_and_titles():
    text = "Then Ludwig van Beethoven met Count Franz von Brunswick and Dr. J. S. Bach in Vienna."
    assert find_names(text, "en") == [
        "Ludwig van Beethoven",
        "Count Franz von Brunswick",
        "Dr. J. S. Bach",
        "Vienna",
    ]


def test_the_first_word_of_a_sentence_counts_only_if_it_is_a_name_elsewhere():
    assert find_names("Nobody knew. Neefe taught. A friend of Neefe came.", "en") == ["Neefe"] * 2


def test_months_weekdays_and_shouting_are_no_names():
    assert find_names("On Monday, in May, he wrote THE END to Ries.", "en") == ["Ries"]
    assert find_names("El lunes, en mayo, escribió a Golgi.", "es") == ["Golgi"]


def test_spanish_names_keep_theirs():
    text = "Allí Santiago Ramón y Cajal conoció a Luis Simarro en Madrid."
    assert find_names(text, "es") == ["Santiago Ramón y Cajal", "Luis Simarro", "Madrid"]


def test_a_possessive_is_the_name():
    assert find_names("It was Schindler's.", "en") == ["Schindler"]
