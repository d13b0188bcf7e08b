"""What the sources say of one event and cannot both be true is found; nothing else is."""

from pathlib import Path

import pytest

from bookgen.checks.contradictions import contradictions
from bookgen.models import Corpus, PartialDate, Passage, Source
from bookgen.sources.load import load_sources

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
BEETHOVEN, CURIE, FRANKLIN = "Ludwig van Beethoven", "Marie Curie", "Benjamin Franklin"
CAJAL = "Santiago Ramón y Cajal"

BORN = "Ludwig van Beethoven was born at Bonn on 16 December 1770."
DIED = "Ludwig van Beethoven died in Vienna on 26 March 1827."
MARRIED = "Marie Curie married Pierre Curie on 26 July 1895."
AGED = "Marie Curie died in Passy on 4 July 1934, aged sixty-six."
MURIO = "Santiago Ramón y Cajal murió en Madrid el 17 de octubre de 1934."


def corpus(*sources, language="en"):
    """Return a corpus; a source is a text, or a dict with `texts` and what else differs."""
    works, passages = [], []
    for number, source in enumerate(sources):
        told = source if isinstance(source, dict) else {"texts": [source]}
        name = f"source{number}"
        title = told.get("title", f"Source {number}")
        works.append(
            Source(name, title, f"{name}.txt", "0" * 64, language, author=told.get("author"))
        )
        dates = told.get("dates", [None] * len(told["texts"]))
        passages += [
            Passage(name, place, text, date=date)
            for place, (text, date) in enumerate(zip(told["texts"], dates, strict=True), 1)
        ]
    return Corpus(tuple(works), tuple(passages))


def found(subject, *sources, language="en", cited=None):
    sources_read = corpus(*sources, language=language)
    ids = {passage.id for passage in sources_read.passages} if cited is None else cited
    return contradictions(sources_read, subject, language, ids)


def test_a_contradiction_names_the_question_both_values_and_where_they_stand():
    (only,) = found(BEETHOVEN, DIED, "It rained. Beethoven died on March 26, 1826.")
    assert str(only) == (
        "the date of death: 26 March 1827 in Source 0, paragraph 1; "
        "March 26, 1826 in Source 1, paragraph 1"
    )
    assert only.claims[1].sentence == "Beethoven died on March 26, 1826."
    assert [claim.passage for claim in only.claims] == ["source0:1", "source1:1"]


def test_it_speaks_the_language_of_the_book_and_quotes_that_of_the_source():
    (only,) = contradictions(
        corpus(DIED, "Beethoven died in 1826."), BEETHOVEN, "es", {"source1:1"}
    )
    assert str(only) == (
        "la fecha de la muerte: 26 March 1827 en Source 0, párrafo 1; 1826 en Source 1, párrafo 1"
    )


def test_only_what_the_book_cites_is_listed():
    texts = (DIED, "Beethoven died in 1826.", "It rained in Vienna.")
    assert len(found(BEETHOVEN, *texts, cited={"source1:1"})) == 1
    assert found(BEETHOVEN, *texts, cited={"source2:1"}) == ()
    assert found(BEETHOVEN, *texts, cited=set()) == ()


def test_two_passages_of_one_source_contradict_each_other_but_not_two_sentences_of_one():
    other = "Beethoven died in 1826."
    assert len(found(BEETHOVEN, {"texts": [DIED, other]})) == 1
    assert found(BEETHOVEN, f"{DIED} {other}") == ()


def test_a_source_that_says_a_value_twice_is_named_once_where_it_is_cited():
    twice = {"texts": ["Beethoven died in 1826.", "Beethoven died at last in 1826."]}
    (only,) = found(BEETHOVEN, DIED, twice, cited={"source1:2"})
    assert [claim.passage for claim in only.claims] == ["source0:1", "source1:2"]


def test_who_agrees_with_both_sides_is_none():
    (only,) = found(
        BEETHOVEN, DIED, "Beethoven died on 1 June 1827.", "Ludwig van Beethoven died in 1827."
    )
    assert [claim.value for claim in only.claims] == ["26 March 1827", "1 June 1827"]


@pytest.mark.parametrize(
    ("base", "text"),
    [
        (DIED, "On 26 March 1826 Ludwig van Beethoven died."),
        (DIED, "Beethoven was ill. He died on 26 March 1826."),
        (DIED, "Beethoven's death on 26 March 1826 shook the city."),
        (DIED, "The death of Beethoven in 1826 shook the city."),
        (DIED, "Ludwig van Beethoven (1770–1826) was a composer."),
        (DIED, "Ludwig van Beethoven, the best-known musician of the age, died in 1826."),
        (DIED, "Ludwig van Beethoven passed away in 1828."),
        (DIED, "Beethoven died at a quarter before six o'clock on the evening of March 26, 1826."),
        (DIED, "Ludwig van Beethoven died in Bonn."),
        (BORN, "Ludwig van Beethoven was born in Cologne on 16 December 1770."),
        (BORN, "Born in Bonn in 1772, Beethoven was the first to live."),
    ],
)
def test_a_death_and_a_birth_are_read_in_many_forms(base, text):
    assert len(found(BEETHOVEN, base, text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        # As much, or less, is said.
        "Ludwig van Beethoven died in 1827.",
        "Beethoven died in March 1827.",
        "Beethoven died on the 26th of March, 1827, at a quarter to six.",
        # It is not said for certain, or not by the source.
        "It is said that Beethoven died in 1826.",
        "Beethoven died about 1826.",
        "Beethoven died before 1826.",
        "Beethoven died in 1826 or 1827.",
        "Beethoven died in 1826–1827.",
        "Beethoven died between 1825 and 1828.",
        "Beethoven died on 26 March 1826 (?).",
        "According to Schindler, Beethoven died on 24 March 1827.",
        "Fischer has it that Beethoven died on 26 March 1826.",
        "Fischer writes: Beethoven died on 26 March 1826.",
        "In the novel, Beethoven died on 26 March 1826.",
        'Schindler spoke: "It is over; Beethoven died in 1826."',
        "“Beethoven died in 1826.” All wept.",
        # It is not said at all.
        "Beethoven did not die in 1826.",
        "Had Beethoven died in 1826, the last quartet would not exist.",
        "Beethoven nearly died in 1825.",
        # It is said to be wrong.
        "Beethoven died on 26 March 1826. This date is wrong.",
        "The old books have an error. Beethoven died on 26 March 1826.",
        "Beethoven died in 1826, as Fischer prints, but this is a misprint.",
        # It is somebody else who died.
        "Beethoven's brother died in 1815.",
        "Karl van Beethoven died on 15 November 1815.",
        "Ludwig van Beethoven, the grandfather of the composer, died in 1813.",
        "The father of Beethoven died in December 1822.",
        "Haydn and Beethoven died in 1826.",
        "On 26 March 1826 Haydn and Beethoven died.",
        "Beethoven was ill. Schindler went home; he died in 1826.",
        "Ludwig van Beethoven lived with a brother. He died in 1828.",
        "A brother was ill. Beethoven died in 1828.",
        "Beethoven was the pupil of Neefe. He died in 1828.",
        "Beethoven lost his friend Krumpholz. He died in 1817.",
        "Beethoven's mother was gentle. She died in 1817.",
        "Schindler knew Beethoven well. He died in 1826.",
        "Weber met Beethoven. Beethoven liked him. He died in 1826.",
        "Mrs. Beethoven died in 1828.",
        "Carl Beethoven was ill. Beethoven died in 1828.",
        "Beethoven, the elder, died in 1824.",
        "The Beethoven died in a storm in 1826.",
        "Beethoven's hope died in 1819.",
        "The composer died in 1826.",
        "Ludwig died in 1826.",
        # The date is that of something else.
        "After Beethoven's death in 1828 Schubert gave a concert.",
        "The centenary of Beethoven's death in 1828 was kept.",
        "Beethoven died in a house built in 1820.",
        "Beethoven died in Vienna, having finished a quartet in 1826.",
        "Beethoven died in Vienna, where Schubert died in 1828.",
        "Beethoven died in the war of 1815.",
        "Beethoven died in the large old house of the Spanish monks at the gate, in 1826.",
        "Ludwig van Beethoven (1822–1826) was deaf.",
        "Beethoven died poor; his estate was sold in 1828.",
        "Beethoven was buried on 29 March 1826.",
    ],
)
def test_no_contradiction_is_made_of(text):
    assert found(BEETHOVEN, DIED, text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Ludwig van Beethoven was born in Germany in December 1770.",
        "Beethoven believed that he was born in 1772.",
        "Beethoven was born in the reign of Maria Theresa, who came to the throne in 1760.",
        "Ludwig Maria van Beethoven was born on 2 April 1769.",
        "Ludwig van Beethoven was born in Cologne Street, Bonn.",
        "Ludwig van Beethoven was born near Cologne.",
        "Ludwig van Beethoven was born in Cologne, in Bonn.",
        "Beethoven was born in Bonn and baptized on 18 December 1770.",
        "Beethoven was born again in 1772 on the stage.",
        "Beethoven's nephew was born in 1776 in Vienna.",
    ],
)
def test_no_other_birth_is_made_of(text):
    assert found(BEETHOVEN, BORN, text) == ()


@pytest.mark.parametrize(
    ("one", "other", "number"),
    [
        ("January 6, 1706", "January 17, 1706", 0),  # the calendars of Julius and Gregory
        ("January 6, 1705", "January 17, 1706", 0),  # and a year that began in March
        ("January 6, 1705/6", "January 17, 1706", 0),
        ("29 February 1700", "11 March 1700", 0),  # a day that only the Julian calendar has
        ("January 8, 1706", "January 17, 1706", 1),
        ("January 6, 1707", "May 17, 1706", 1),
        ("January 6, 1930", "January 17, 1930", 1),
        ("January 6, 1805", "January 6, 1806", 1),
    ],
)
def test_dates_in_two_calendars_agree(one, other, number):
    texts = (f"Benjamin Franklin was born on {day}." for day in (one, other))
    assert len(found(FRANKLIN, *texts)) == number


def test_dates_far_apart_are_of_two_people():
    born = [f"Johann Strauss was born on 14 March {year}." for year in (1804, 1825)]
    assert found("Johann Strauss", *born) == ()


def test_a_name_by_birth_is_the_same_person_and_a_relative_is_not():
    ada = "Ada Lovelace was born Augusta Ada Byron on 10 December 1815."
    assert len(found("Ada Lovelace", ada, "Ada Byron was born in 1816.")) == 1
    others = "Augusta Leigh was born in 1813. Byron was born in 1814. Lady Byron was born in 1812."
    assert found("Ada Lovelace", ada, others) == ()


def test_a_surname_alone_is_that_of_who_goes_by_it():
    mozart = "Mozart played. Mozart wrote on. Mozart died on 5 December 1791."
    assert found("Leopold Mozart", "Leopold Mozart died on 28 May 1787.", mozart)
    letters = "Wolfgang Mozart and Leopold Mozart wrote letters."
    other = [letters, "Leopold Mozart died on 28 May 1787."]
    assert found("Leopold Mozart", {"texts": other}, mozart) == ()


def test_a_relative_told_of_nearby_makes_the_surname_anybodys():
    about = ["Beethoven wrote. " * 8] * 4
    near = "Carl Beethoven was ill. Beethoven died in 1828."
    far = ["Carl Beethoven was ill.", *about, "Beethoven died in 1828."]
    assert found(BEETHOVEN, DIED, {"texts": [*about, near]}) == ()
    assert len(found(BEETHOVEN, DIED, {"texts": far})) == 1


def test_a_king_is_known_by_his_numeral_and_years_in_brackets_may_be_his_reign():
    assert (
        found("George III", "George III was born in 1758.", "George III (1760–1820) ruled.") == ()
    )
    assert found("George III", "George III was born in 1738.", "George IV was born in 1742.") == ()


@pytest.mark.parametrize(
    "text",
    [
        "Marie Curie married Pierre Curie on 25 July 1895.",
        "Pierre Curie and Marie Curie were married in Sceaux on 25 July 1895.",
        "On 25 July 1895 Marie Curie married Pierre Curie.",
        "Marie Curie was tired. She married Pierre Curie in 1894.",
    ],
)
def test_two_dates_of_one_marriage_contradict_each_other(text):
    (only,) = found(CURIE, MARRIED, text)
    assert only.question == "the date of the marriage"


@pytest.mark.parametrize(
    "text",
    [
        "Marie Curie married Pierre Curie in July 1895.",
        "Marie Curie married Paul Langevin in 1896.",
        "Marie Curie married Pierre Curie again in 1896.",
        "Marie Curie was married in 1896.",
        "Marie Curie married Curie in 1896.",
        "The priest married Marie Curie in 1896.",
        "Marie Curie married Pierre Curie, who took his degree in 1894.",
        "Irène Curie married Pierre Joliot in 1896.",
    ],
)
def test_no_other_date_of_the_marriage_is_made_of(text):
    assert found(CURIE, MARRIED, text) == ()


def test_a_wedding_in_church_is_another_day_than_that_at_the_registry():
    civil = "Marie Curie married Pierre Curie at the town hall on 26 July 1895."
    church = "Marie Curie married Pierre Curie in the church of Sceaux on 28 July 1895."
    assert found(CURIE, civil, church) == ()
    assert len(found(CURIE, church, church.replace("28", "26"))) == 1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Marie Curie died in July 1934, at the age of sixty-seven.", 1),
        ("Marie Curie died in 1934. She was sixty-eight.", 1),
        ("Marie Curie died in 1934, at the age of 66.", 0),
        ("Marie Curie died in 1934, in her sixty-seventh year.", 0),
        ("Marie Curie died in 1934, in her 64th year.", 1),
        ("Marie Curie died in 1934, aged sixty-five or sixty-six.", 0),
        ("Marie Curie died in 1934, and Ève Curie, aged thirty, was there.", 0),
        ("Marie Curie died in 1934. Ève Curie was thirty.", 0),
        ("Marie Curie died in 1934. She was lonely.", 0),
        ("Marie Curie died in 1934. She was sixty-eight. So says the doctor.", 0),
    ],
)
def test_ages_at_death_are_compared(text, number):
    contradicted = found(CURIE, AGED, text)
    assert [one.question for one in contradicted] == ["the age at death"] * number


@pytest.mark.parametrize(
    ("born", "age", "number"),
    [
        ("on 7 November 1867", "67", 1),
        ("on 7 November 1867", "66", 0),
        ("on 28 June 1867", "66", 0),  # within the days between the calendars
        ("in 1867", "67", 0),
        ("in 1867", "68", 1),
        ("in 1867", "28", 0),  # so far off that it is another's
    ],
)
def test_an_age_is_compared_with_the_dates(born, age, number):
    texts = (
        f"Marie Curie was born {born}.",
        f"Marie Curie died on 4 July 1934, aged {age}.",
    )
    contradicted = found(CURIE, *texts)
    assert len(contradicted) == number
    for one in contradicted:
        assert [claim.value for claim in one.claims] == [
            f"born {born.removeprefix('on ').removeprefix('in ')}",
            f"aged {age}",
            "died 4 July 1934",
        ][: len(one.claims)]


def test_an_age_that_its_own_passage_contradicts_is_not_listed():
    text = "Marie Curie (7 November 1867 – 4 July 1934) died in July 1934, aged 67."
    assert found(CURIE, text) == ()
    assert len(found(CURIE, text, "Marie Curie was born on 7 November 1867.")) == 1


def test_an_age_that_agrees_with_one_of_two_dates_is_not_in_question():
    contradicted = found(
        CURIE,
        "Marie Curie was born on 7 November 1867.",
        "Marie Curie died on 4 July 1934, aged 66.",
        "Marie Curie died on 4 July 1936.",
    )
    assert [one.question for one in contradicted] == ["the date of death"]


def letters(title="Beethoven's Letters", days=5, text="I am ill, and I write to you again."):
    dates = [PartialDate(1827, 3, day) for day in range(1, days + 1)]
    return {"texts": [f"{text} It is day {day}." for day in dates], "dates": dates, "title": title}


def test_who_died_before_their_letters_did_not():
    died = "Ludwig van Beethoven died on 26 March 1826."
    (only,) = found(BEETHOVEN, died, letters())
    assert only.claims[1].value == "a letter of 5 March 1827"
    assert only.claims[1].sentence == "I am ill, and I write to you again."
    (only,) = found(BEETHOVEN, died, letters(), cited={"source1:2"})
    assert only.claims[1].value == "a letter of 2 March 1827"


def test_letters_that_mostly_name_the_person_are_an_editors():
    about = letters(text="I saw Beethoven dead.", days=9)
    mixed = letters()
    mixed["dates"] = [*mixed["dates"][:3], *about["dates"][3:]]
    mixed["texts"] = [*mixed["texts"][:3], *about["texts"][3:]]
    assert found(BEETHOVEN, "Ludwig van Beethoven died on 26 March 1826.", mixed) == ()


@pytest.mark.parametrize(
    ("died", "collection"),
    [
        ("26 March 1827", letters()),
        ("24 February 1827", letters()),  # the same days in another calendar
        ("26 March 1826", letters("Schindler's Letters")),
        ("26 March 1826", letters("Letters to Beethoven")),
        ("26 March 1826", letters("The Life of Beethoven")),
        ("26 March 1826", letters(days=2)),
        ("26 March 1826", letters(text="I saw Beethoven dead.")),
        ("26 March 1826", letters(text="The patient is ill.")),
    ],
)
def test_letters_by_others_or_before_the_death_say_nothing(died, collection):
    assert found(BEETHOVEN, f"Ludwig van Beethoven died on {died}.", collection) == ()


def test_who_tells_their_own_life_says_i():
    born = "Benjamin Franklin was born on January 17, 1706."
    own = {"texts": ["I was born on May 6, 1707."], "author": "Benjamin Franklin"}
    assert len(found(FRANKLIN, born, own)) == 1
    assert found(FRANKLIN, born, own | {"author": "William Franklin"}) == ()
    assert found(FRANKLIN, born, own | {"author": None}) == ()
    quoted = own | {"texts": ["“I was born in 1702,” Thomas would say. I listened."]}
    assert found(FRANKLIN, born, quoted) == ()


def chronology(*entries, title="The Life of Benjamin Franklin"):
    dates = [PartialDate(1788), PartialDate(1791), PartialDate(1792)]
    return {"texts": list(entries), "dates": dates[: len(entries)], "title": title}


def test_an_entry_of_a_chronology_is_of_its_subject():
    died = "Benjamin Franklin died on April 17, 1790."
    (only,) = found(FRANKLIN, died, chronology("Is chosen governor.", "April 18, dies."))
    assert only.claims[1].value == "18 April 1791"
    for other in (
        chronology("Is chosen governor.", "Dies his friend Strahan."),
        chronology("Is chosen governor.", "Dies.", title="The Age of Reason"),
        chronology("Is chosen governor.", "Dies, according to some."),
        chronology("Is chosen governor.", "Dies.") | {"dates": [None, PartialDate(1791)]},
    ):
        assert found(FRANKLIN, died, other) == ()


def test_the_master_is_whom_a_source_always_calls_so():
    about = [f"Beethoven wrote, and the master played on day {day}." for day in range(5)]
    died = ["He was ill and was alone.", "It was late. The master died on 26 March 1826."]
    work = {"texts": [*about, *died], "title": "Beethoven"}
    assert len(found(BEETHOVEN, DIED, work)) == 1
    assert found(BEETHOVEN, DIED, work | {"title": "Musicians"}) == ()
    assert found(BEETHOVEN, DIED, work | {"texts": [*about[:3], *died]}) == ()
    for other in ("Old Haydn was ill.", "A brother was ill."):
        texts = [*about, f"{other} The master died on 26 March 1826."]
        assert found(BEETHOVEN, DIED, work | {"texts": texts}) == ()
    silence = ["It rained all that day."] * 3
    assert found(BEETHOVEN, DIED, work | {"texts": [*about, *silence, died[1]]}) == ()
    elsewhere = ["He knew the master of the house.", *silence] * 6
    assert found(BEETHOVEN, DIED, work | {"texts": [*elsewhere, *about, *died]}) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Cajal murió el 18 de octubre de 1934.",
        "Ramón y Cajal falleció en Madrid en 1935.",
        "El 18 de octubre de 1934 murió Cajal.",
        "La muerte de Cajal, el 18 de octubre de 1934, fue sentida.",
        "Cajal enfermó en otoño. Murió el 18 de octubre de 1934 en su casa.",
        "Cajal murió en Barcelona el 17 de octubre de 1934.",
        "Santiago Ramón y Cajal (1 de mayo de 1852 - 18 de octubre de 1934) fue médico.",
    ],
)
def test_spanish_is_read(text):
    assert len(found(CAJAL, MURIO, text, language="es")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Cajal murió en octubre de 1934.",
        "La esposa de Cajal murió en agosto de 1930.",
        "A Cajal se le murió su mujer en 1930.",
        "En 1930 murió Silveria.",
        "Cajal enfermó. Murió en 1930 Silveria Fañanás.",
        "Cajal perdió a su mujer. Murió en 1930.",
        "Cajal enfermó. Murió en Barcelona un amigo.",
        "Según Tello, Cajal murió el 18 de octubre de 1934.",
        "Cajal murió hacia 1935.",
        "Cajal murió el 17 o el 18 de octubre de 1934.",
        "Cajal murió el 18 de octubre de 1934. Esta fecha es un error.",
        "Pedro Ramón y Cajal murió en 1940.",
        "Santiago Ramón murió en 1930.",
        "Tras la muerte de Cajal en 1935 se cerró el laboratorio.",
        "Cajal murió en la casa comprada en 1920.",
        "Cajal murió, y Tello lo siguió en 1939.",
        "El Instituto Cajal murió en 1939.",
    ],
)
def test_spanish_is_not_misread(text):
    assert found(CAJAL, MURIO, text, language="es") == ()


def test_ages_in_spanish_are_compared():
    one = "Santiago Ramón y Cajal murió en 1934 a los ochenta y dos años."
    (only,) = found(CAJAL, one, "Cajal murió en 1934, a los 83 años.", language="es")
    assert only.question == "la edad al morir"
    years_after = "Cajal murió en 1934, a los cuatro años de enviudar."
    assert found(CAJAL, one, years_after, language="es") == ()


def test_a_subject_without_a_word_in_its_name_is_in_no_source():
    assert found("…", DIED, "Beethoven died in 1826.") == ()


@pytest.mark.parametrize(
    ("folder", "subject", "language", "lines"),
    [
        ("ada-lovelace", "Ada Lovelace", "en", []),
        (
            "marie-curie",
            CURIE,
            "en",
            [
                "the date of the marriage: 26 July 1895 in Marie Curie in Outline, paragraph 6; "
                "25 July 1895 in Student in Paris, paragraph 10",
            ],
        ),
        (
            "santiago-ramon-y-cajal",
            CAJAL,
            "es",
            [
                "la fecha de la boda: 19 de julio de 1879 en Los años de Cuba y de las "
                "oposiciones, párrafo 10; 19 de junio de 1879 en Santiago Ramón y Cajal, una vida "
                "en resumen, párrafo 5",
                "la fecha de la muerte: 18 de octubre de 1934 en Madrid y la escuela española de "
                "histología, párrafo 15; 17 de octubre de 1934 en Santiago Ramón y Cajal, una "
                "vida en resumen, párrafo 10",
            ],
        ),
    ],
)
def test_the_lives_in_the_examples_hold_these_and_no_other(folder, subject, language, lines):
    sources = load_sources([EXAMPLES / folder], language=language)
    cited = {passage.id for passage in sources.passages}
    assert [str(one) for one in contradictions(sources, subject, language, cited)] == lines
