"""Where the sources of a book contradict each other on the events of its subject's life.

Only what cannot both be true is listed, and only where it is plain: a false contradiction makes a
reader distrust the rest of a report. Many true ones are therefore passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations, product

from bookgen.checks.life.ages import first_day, last_day, possible_ages
from bookgen.checks.life.events import Told, person_of, told_events
from bookgen.checks.life.vocabulary import VOCABULARY, Event
from bookgen.models import Corpus, Language, PartialDate, Passage
from bookgen.text.formats import format_date
from bookgen.text.sentences import split_sentences

__all__ = ["Claim", "Contradiction", "contradictions"]

# Dates further apart are of two people, not two opinions.
_MOST_YEARS = 15
_MOST_YEARS_OF_AGE = 10
# The two calendars differed by so many days while both were in use; England also began its years
# on 25 March until 1752.
_CALENDARS, _LAST_JULIAN_YEAR, _LAST_YEAR_FROM_MARCH = range(10, 14), 1923, 1752
# Letters on so many days after a death, most of those in the collection, are no editor's.
_LETTERS, _MOST_LETTERS = 3, 2 / 3

_Pair = tuple[Told, Told]


@dataclass(frozen=True, slots=True)
class Claim:
    """One side of a contradiction: its value as the source says it, the sentence, the passage's id,
    the source's title and the number of the paragraph there."""

    value: str
    sentence: str
    passage: str
    source: str
    paragraph: int


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Claims that cannot all be true, and what is in question, in words of the book's language:
    "the date of death". In the order of the sources."""

    question: str
    claims: tuple[Claim, ...]
    language: Language

    def __str__(self) -> str:
        """One line: "the date of death: 1826 in Fischer, paragraph 12; 1827 in Kerst, ..."."""
        place = _PLACES[self.language]
        return f"{self.question}: " + "; ".join(
            place.format(claim.value, claim.source, claim.paragraph) for claim in self.claims
        )


_PLACES: Mapping[Language, str] = {
    "en": "{} in {}, paragraph {}",
    "es": "{} en {}, párrafo {}",
}
_LETTER: Mapping[Language, str] = {"en": "a letter of {}", "es": "una carta de {}"}
_DATE_OF: Mapping[Language, Mapping[Event, str]] = {
    "en": {
        "birth": "the date of birth",
        "baptism": "the date of baptism",
        "marriage": "the date of the marriage",
        "death": "the date of death",
        "burial": "the date of burial",
    },
    "es": {
        "birth": "la fecha de nacimiento",
        "baptism": "la fecha del bautismo",
        "marriage": "la fecha de la boda",
        "death": "la fecha de la muerte",
        "burial": "la fecha del entierro",
    },
}
_AGE_AT: Mapping[Language, Mapping[Event, str]] = {
    "en": {"marriage": "the age at the marriage", "death": "the age at death"},
    "es": {"marriage": "la edad al casarse", "death": "la edad al morir"},
}
_PLACE_OF: Mapping[Language, Mapping[Event, str]] = {
    "en": {"birth": "the place of birth", "death": "the place of death"},
    "es": {"birth": "el lugar de nacimiento", "death": "el lugar de la muerte"},
}
_ON: Mapping[Language, Mapping[Event, str]] = {
    "en": {"birth": "born {}", "marriage": "married {}", "death": "died {}"},
    "es": {"birth": "nacimiento: {}", "marriage": "boda: {}", "death": "muerte: {}"},
}


def contradictions(
    corpus: Corpus, subject: str, language: Language, cited: Collection[str]
) -> tuple[Contradiction, ...]:
    """Return where the sources contradict each other, if a passage whose id is `cited` takes part.

    Looked for are the dates of the subject's birth, baptism, marriage (to one person), death and
    burial; the age at marriage and death, against other ages and against the dates; birth and
    death in two cities; and a death before letters that the subject wrote later. The words are
    in `language`; sources are read in their own.

    A date that is less precise contradicts only what lies outside it. Two dates, one of them to the
    day, that differ by 10 to 13 days and lie before 1924 may be of two calendars (Franklin's 6 and
    17 January 1706) and are no contradiction, marked "Old Style" or not; nor are dates from January
    to March that differ by a year, up to 1752, when England began its years on 25 March. Dates more
    than 15 years apart are taken to be of two people.
    """
    finder = _Finder(corpus, subject, language, cited)
    return tuple(
        found for found in finder.all() if any(claim.passage in cited for claim in found.claims)
    )


class _Finder:
    """Compares what the sources say of one person."""

    def __init__(
        self, corpus: Corpus, subject: str, language: Language, cited: Collection[str]
    ) -> None:
        self._corpus = corpus
        self._language = language
        self._cited = cited
        self._person = person_of(corpus, subject)
        self._told = told_events(corpus, self._person)

    def all(self) -> Iterator[Contradiction]:
        """Yield the contradictions, in the order of a life."""
        for event in _DATE_OF[self._language]:
            yield from self._of_dates(event)
            if event in _PLACE_OF[self._language]:
                yield from self._of_places(event)
            if event in _AGE_AT[self._language]:
                yield from self._of_ages(event)

    def _of_dates(self, event: Event) -> Iterator[Contradiction]:
        dated = [told for told in self._told if told.event == event and told.date]
        letters = self._letters_after(dated) if event == "death" else []
        pairs = [*_conflicting(dated, _dates_conflict), *letters]
        for claims in _connected(pairs):
            yield self._contradiction(_DATE_OF[self._language][event], claims)

    def _of_places(self, event: Event) -> Iterator[Contradiction]:
        placed = [told for told in self._told if told.event == event and told.place]
        for claims in _connected(_conflicting(placed, lambda one, two: one.place != two.place)):
            yield self._contradiction(_PLACE_OF[self._language][event], claims)

    def _of_ages(self, event: Event) -> Iterator[Contradiction]:
        aged = [told for told in self._told if told.event == event and told.ages]
        pairs = [*_conflicting(aged, _ages_conflict)]
        for age in aged:
            pairs += self._against_dates(age, event)
        for claims in _connected(pairs):
            yield self._contradiction(_AGE_AT[self._language][event], claims)

    def _against_dates(self, age: Told, event: Event) -> Iterator[_Pair]:
        """Yield an age with a birth and an event's date, if no two such dates allow the age."""
        dated = [told for told in self._told if told.date]
        births = [told for told in dated if told.event == "birth"]
        events = [told for told in dated if told.event == event and _may_be_one(told, age)]
        dates = list(product(births, events))
        if any(_may_be_true(age, born, then) for born, then in dates):
            return
        elsewhere = [pair for pair in dates if any(one.passage != age.passage for one in pair)]
        for told in min(elsewhere, key=self._rank, default=()):
            value = _ON[self._language][told.event].format(told.value)
            yield age, replace(told, value=value)

    def _rank(self, dates: _Pair) -> tuple[bool, bool]:
        """How far a pair of dates is from being precise and cited."""
        precise = all(told.date and told.date.day for told in dates)
        return not precise, not all(told.passage.id in self._cited for told in dates)

    def _letters_after(self, deaths: Iterable[Told]) -> Iterator[_Pair]:
        """Yield deaths, each with the last letter that the person wrote after it, cited before
        others."""
        written = self._letters()
        for death in deaths:
            if death.date is None:
                continue
            over = last_day(death.date) + timedelta(days=max(_CALENDARS))
            later = [one for one in written if one.date and first_day(one.date) > over]
            own = [one for one in later if self._is_own(one)]
            days = {one.date for one in own}
            if len(days) < _LETTERS or len(days) < _MOST_LETTERS * len({one.date for one in later}):
                continue
            last = max(own, key=lambda one: (one.id in self._cited, one.date or death.date))
            if last.date is not None and last.date.year - death.date.year <= _MOST_YEARS:
                day = format_date(last.date, self._language)
                language = self._corpus.source[last.source_id].language
                sentence = split_sentences(last.text, language)[0].text
                yield death, Told("death", last, sentence, _LETTER[self._language].format(day))

    def _letters(self) -> list[Passage]:
        """Return the dated passages of the collections of the person's letters."""
        collections = {
            source.id
            for source in self._corpus.sources
            if VOCABULARY[source.language].letters.search(source.title)
            and self._person.is_titled(source.title)
        }
        return [
            passage
            for passage in self._corpus.passages
            if passage.source_id in collections and passage.date and passage.date.day
        ]

    def _is_own(self, letter: Passage) -> bool:
        """Whether a letter is in the first person and does not name the person."""
        language = self._corpus.source[letter.source_id].language
        speaks = VOCABULARY[language].first_person.search(letter.text)
        return speaks is not None and not self._person.is_mentioned(letter.text)

    def _contradiction(self, question: str, told: Iterable[Told]) -> Contradiction:
        """Return the contradiction, each source's value once, from a cited passage if there is."""
        order = {passage.id: place for place, passage in enumerate(self._corpus.passages)}
        chosen: dict[tuple[str, str], Told] = {}
        for one in sorted(
            told, key=lambda one: (one.passage.id not in self._cited, order[one.passage.id])
        ):
            chosen.setdefault((one.passage.source_id, one.meaning), one)
        claims = sorted(chosen.values(), key=lambda one: order[one.passage.id])
        return Contradiction(question, tuple(map(self._claim, claims)), self._language)

    def _claim(self, told: Told) -> Claim:
        passage = told.passage
        title = self._corpus.source[passage.source_id].title
        return Claim(told.value, told.sentence, passage.id, title, passage.number)


def _conflicting(told: Sequence[Told], conflict: Callable[[Told, Told], bool]) -> Iterator[_Pair]:
    """Yield the pairs of one event, from two passages, that cannot both be true."""
    for one, two in combinations(told, 2):
        if one.passage.id != two.passage.id and _may_be_one(one, two) and conflict(one, two):
            yield one, two


def _may_be_one(one: Told, two: Told) -> bool:
    """Whether two tell of one event: of a marriage, the names of the spouse are one name or a
    part of it, and not one is the wedding in church and one that at the registry."""
    if one.event != "marriage":
        return True
    named = bool(one.spouse and two.spouse)
    return (
        named
        and (one.spouse <= two.spouse or two.spouse <= one.spouse)
        and (one.rite == two.rite or not one.rite or not two.rite)
    )


def _dates_conflict(one: Told, two: Told) -> bool:
    if one.date is None or two.date is None or abs(one.date.year - two.date.year) > _MOST_YEARS:
        return False
    return not any(
        _may_be_one_day(first, second)
        for first, second in product(_as_of_march(one.date), _as_of_march(two.date))
    )


def _as_of_march(day: PartialDate) -> Iterator[PartialDate]:
    """Yield a date, and as who began the year on 25 March wrote it."""
    yield day
    if 1 <= day.month <= 3 and day.year <= _LAST_YEAR_FROM_MARCH:
        yield PartialDate(day.year - 1, day.month, day.day)


def _may_be_one_day(one: PartialDate, two: PartialDate) -> bool:
    shifts = [0]
    if (one.day or two.day) and max(one.year, two.year) <= _LAST_JULIAN_YEAR:
        shifts += [days * sign for days in _CALENDARS for sign in (1, -1)]
    return any(
        first_day(one) + timedelta(shift) <= last_day(two)
        and first_day(two) <= last_day(one) + timedelta(shift)
        for shift in shifts
    )


def _ages_conflict(one: Told, two: Told) -> bool:
    return one.ages is not None and two.ages is not None and _apart(one.ages, two.ages) > 0


def _may_be_true(age: Told, born: Told, then: Told) -> bool:
    """Whether two dates allow an age, or are so far from it that they must be of another person."""
    if age.ages is None or born.date is None or then.date is None:
        return True
    apart = _apart(age.ages, possible_ages(born.date, then.date, slack=max(_CALENDARS)))
    return not 0 < apart <= _MOST_YEARS_OF_AGE


def _apart(one: range, two: range) -> int:
    """Return how many years lie between two spans of years, 0 where they overlap."""
    return max(0, one.start - two.stop + 1, two.start - one.stop + 1)


def _connected(pairs: Iterable[_Pair]) -> list[list[Told]]:
    """Return those that are in pairs, together with all they are in a chain of pairs with."""
    groups: list[list[Told]] = []
    for one, two in pairs:
        met = [group for group in groups if one in group or two in group]
        merged = list(dict.fromkeys([*(told for group in met for told in group), one, two]))
        groups = [group for group in groups if group not in met] + [merged]
    return groups
