"""A text is measured against the length asked for, at every size; repeating itself never pays."""

from itertools import count, islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookgen.checks.length_validation import LengthValidationService
from bookgen.errors import InputError
from bookgen.models import Brief

SERVICE = LengthValidationService()


def prose(length, first=0):
    """Return a text of so many words in sentences of ten, no two runs of them the same."""
    words = [f"word{number}" for number in islice(count(first), length)]
    sentences = [" ".join(words[start : start + 10]).capitalize() for start in range(0, length, 10)]
    return "".join(f"{sentence}. " for sentence in sentences).strip()


def test_a_text_of_the_length_asked_for_has_nothing_to_mend():
    report = SERVICE.validate_text(prose(2_550), 2_550)
    assert (report.words, report.target, report.deviation) == (2_550, 2_550, 0)
    assert report.percentage == report.score == 100
    assert report.repetition == 0
    assert report.suggestions == ()


def test_the_default_book_and_its_chapters_are_accepted():
    brief = Brief("Ludwig van Beethoven")
    chapters = [prose(2_550, 2_550 * number) for number in range(brief.chapters)]
    report = SERVICE.validate_chapters(chapters, brief.words)
    assert [chapter.target for chapter in report.chapters] == [2_550] * 20
    assert {chapter.score for chapter in report.chapters} == {100} == {report.whole.score}


@pytest.mark.parametrize("target", [1, 10, 1_000, 2_550, 51_000, 200_000])
def test_every_size_is_accepted(target):
    report = SERVICE.validate_text(prose(target), target)
    assert (report.words, report.score) == (target, 100)


def test_deviation_and_percentage_are_told_to_both_sides():
    short, long = (SERVICE.validate_text(prose(words), 1_000) for words in (600, 1_500))
    assert (short.deviation, short.percentage) == (-400, 60)
    assert (long.deviation, long.percentage) == (500, 150)


def test_suggestions_name_the_value_and_what_to_do():
    (short,) = SERVICE.validate_text(prose(1_500), 12_750).suggestions
    assert short == (
        "The text has 1,500 of the 12,750 words asked for (11.8\N{NO-BREAK SPACE}%): add 11,250 "
        "from evidence not used yet, or ask for fewer."
    )
    (long,) = SERVICE.validate_text(prose(3_000), 2_000).suggestions
    assert "3,000 of the 2,000" in long
    assert "condense it by 1,000" in long
    twice, *_ = SERVICE.validate_text(prose(50) + " " + prose(50), 100).suggestions
    assert "“word0 word1 word2 word3 word4 word5 word6 word7” (2 times): cut" in twice.lower()


def test_markers_are_no_words_and_change_nothing():
    text = "“He left Bonn for Vienna in 1792.” [@fischer:12] He never came back. [@smith2004]"
    plain = "“He left Bonn for Vienna in 1792.” He never came back."
    assert SERVICE.validate_text(text, 11) == SERVICE.validate_text(plain, 11)
    assert SERVICE.validate_text(text, 11).words == 11


def test_density_is_the_share_of_words_that_carry_meaning():
    text = "The pianist was in the city of Vienna and so was his brother Carl."
    # pianist, city, Vienna, brother, Carl
    assert SERVICE.validate_text(text, 14).density == pytest.approx(5 / 14)


def test_empty_phrases_are_told_from_facts():
    empty = "It was as it had been and so it was that he did what he could at that time. " * 7
    suggestions = SERVICE.validate_text(empty, 130).suggestions
    assert any(
        "of the words carry meaning: replace general phrases" in text for text in suggestions
    )


def test_what_is_told_twice_is_found_and_counts_against_the_score():
    once = SERVICE.validate_text(prose(400), 400)
    partly = SERVICE.validate_text(prose(300) + " " + prose(100), 400)
    twice = SERVICE.validate_text(prose(200) + " " + prose(200), 400)
    assert once.repetition == 0
    # 400 words have 393 runs of eight; the last 100 words repeat 93 of them.
    assert partly.repetition == pytest.approx(93 / 393)
    assert partly.score == pytest.approx(100 * (1 - 2 * 93 / 393))
    assert once.score > partly.score > twice.score
    assert twice.score < 5


@pytest.mark.parametrize("share", [0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
def test_filling_up_with_repetitions_scores_below_staying_short(share):
    own = prose(int(2_000 * share))
    padded = " ".join((own.split() * 3)[:2_000])
    short, filled = (SERVICE.validate_text(text, 2_000) for text in (own, padded))
    assert filled.words == 2_000
    assert filled.score < short.score


def test_chapters_that_repeat_each_other_are_found_in_the_whole_only():
    report = SERVICE.validate_chapters({"Bonn": prose(100), "Vienna": prose(100)}, 200)
    assert [(chapter.title, chapter.repetition) for chapter in report.chapters] == [
        ("Bonn", 0),
        ("Vienna", 0),
    ]
    assert report.whole.repetition == pytest.approx(0.5)
    assert report.whole.score < 1


@given(st.integers(1, 500), st.integers(1, 50))
def test_chapters_share_the_target_in_whole_words(more, chapters):
    target = chapters + more
    report = SERVICE.validate_chapters(["One word."] * chapters, target)
    shares = [chapter.target for chapter in report.chapters]
    assert sum(shares) == target
    assert max(shares) - min(shares) <= 1


def test_chapters_may_have_targets_of_their_own():
    report = SERVICE.validate_chapters(
        [prose(100), prose(300, 100)], 400, chapter_targets=[100, 300]
    )
    assert [chapter.score for chapter in report.chapters] == [100, 100]


@given(st.integers(1, 600), st.integers(0, 600), st.integers(0, 600))
def test_a_text_nearer_to_its_target_on_the_same_side_never_scores_lower(target, one, other):
    near, far = sorted((one, other), key=lambda words: abs(words - target))
    if (near - target) * (far - target) >= 0:
        scores = [SERVICE.validate_text(prose(words), target).score for words in (near, far)]
        assert scores[0] >= scores[1]


@given(st.lists(st.integers(1, 2_000), min_size=2, max_size=6))
def test_nor_does_one_that_repeats_itself(targets):
    text = prose(300) + " " + prose(60)
    for asked in (sorted(t for t in targets if t >= 360), sorted(-t for t in targets if t <= 360)):
        scores = [SERVICE.validate_text(text, abs(target)).score for target in asked]
        assert all(nearer >= farther for nearer, farther in pairwise(scores))


@given(st.text(max_size=400), st.integers(1, 200_000), st.sampled_from(["en", "es"]))
def test_any_text_is_measured(text, target, language):
    report = SERVICE.validate_text(text, target, language)
    assert 0 <= report.score <= 100
    assert 0 <= report.density <= 1
    assert 0 <= report.repetition <= 1


@pytest.mark.parametrize(
    ("text", "ease"),
    [
        # The second and third are the examples of Wikipedia's article on the formula: 69 and 37.5.
        ("The cat sat on the mat.", 116.1),
        (
            "This sentence, taken as a reading passage unto itself, is being used to prove a "
            "point.",
            69.0,
        ),
        (
            "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature.",
            37.5,
        ),
    ],
)
def test_english_is_measured_by_fleschs_formula(text, ease):
    assert SERVICE.validate_text(text, 10).readability == pytest.approx(ease, abs=0.05)


@pytest.mark.parametrize(
    ("text", "words", "sentences", "syllables"),
    [
        ("La casa es grande. El país hacía la guerra.", 9, 2, 15),
        ("Oía la poesía y leyó hacia mayo.", 7, 1, 15),
        ("La universidad de la ciudad antigua construyó un aire de vergüenza.", 11, 1, 23),
    ],
)
def test_spanish_is_measured_by_the_formula_of_szigriszt_pazos(text, words, sentences, syllables):
    ease = 206.835 - words / sentences - 62.3 * syllables / words
    assert SERVICE.validate_text(text, 10, "es").readability == pytest.approx(ease)


def test_a_quotation_has_as_many_sentences_as_it_says():
    sentences = "He left Bonn. He saw Mr. Salieri and J. S. Stadler. “Was it late?” It was."
    quoted = SERVICE.validate_text(f"“{sentences}” [@fischer:1]", 100).readability
    apart = SERVICE.validate_text(
        sentences.replace(". He", ".\n\nHe").replace("” It", "”\n\nIt"), 1
    )
    assert quoted == pytest.approx(apart.readability)


def test_hard_prose_is_told_to_be_hard():
    hard = (
        "Institutional considerations notwithstanding, the administrative representatives "
        "subsequently communicated extraordinarily complicated recommendations "
    ) * 12
    report = SERVICE.validate_text(hard, 120)
    assert report.readability < 30
    assert any("very difficult (below 30): split sentences" in text for text in report.suggestions)


@pytest.mark.parametrize("text", ["", "  \n\n ", "[@fischer:1]", "… — !"])
def test_a_text_without_words_scores_nothing_and_is_told_to_be_written(text):
    report = SERVICE.validate_text(text, 2_550)
    assert (report.words, report.score, report.density, report.readability) == (0, 0, 0, None)
    assert report.suggestions == ("The text has no words; 2,550 were asked for: write it.",)


def test_a_text_without_letters_is_counted_but_not_called_readable():
    report = SERVICE.validate_text("1770 1792 1827", 3)
    assert (report.words, report.score, report.readability) == (3, 100, None)


@pytest.mark.parametrize("target", [0, -1, -2_550])
def test_a_target_below_one_word_is_refused_by_its_value(target):
    with pytest.raises(InputError, match=f"at least 1 word, not {target}"):
        SERVICE.validate_text("A word.", target)
    with pytest.raises(InputError, match=f"at least 1 word, not {target}"):
        SERVICE.validate_chapters(["A word."], target)


@pytest.mark.parametrize(
    ("texts", "target", "own", "message"),
    [
        ([], 100, None, "none was given"),
        ("One text.", 100, None, "not one text"),
        (["One.", "Two.", "Three."], 2, None, "not 1, 1, 0"),
        (["One.", "Two."], 100, [100], "Each of 2 chapters needs a target"),
        (["One.", "Two."], 100, [100, 0], "not 100, 0"),
    ],
)
def test_a_book_whose_chapters_have_no_target_is_refused(texts, target, own, message):
    with pytest.raises(InputError, match=message):
        SERVICE.validate_chapters(texts, target, chapter_targets=own)


def test_another_language_is_refused():
    with pytest.raises(InputError, match="'fr'"):
        SERVICE.validate_text("Un mot.", 2, "fr")
