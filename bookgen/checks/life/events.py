"""Finds what sources plainly say of a person's birth, baptism, marriage, death and burial.

Far more is passed over than is found: a sentence counts only where its grammar leaves no doubt
whose event it is, which date is the event's, and that the sentence means it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bookgen.checks.life.ages import read_number
from bookgen.checks.life.cities import cities_in
from bookgen.checks.life.subjects import Place, Subject, Subjects
from bookgen.checks.life.vocabulary import EVENT_NOUNS, VOCABULARY, Event, Vocabulary
from bookgen.models import Corpus, Language, PartialDate, Passage, Source
from bookgen.text.dates import MONTHS, DateMention, find_dates
from bookgen.text.formats import format_date
from bookgen.text.person import NAME, Person, tokens_of
from bookgen.text.sentences import split_sentences
from bookgen.text.words import count_words

__all__ = ["Told", "person_of", "told_events"]

# Between a verb and its date stand so many words; a bare year may soon be that of something else.
_FAR, _NEAR = 16, 8
# A chronology's entry is short.
_ENTRY_WORDS = 30
# Years between the two dates in brackets behind a name that make a life of them.
_LIFE = range(15, 111)
_BIRTH_NAME = re.compile(
    rf"(?P<name>{NAME})(?: (?:was born(?: as)?|nació(?: como)?)|,? \(?(?:born|née|nee|nacida))"
    rf" (?P<birth>{NAME})(?=[ ,.;)])"
)
_OF_BIRTH = re.compile(r"\b(?:born|née|nee|nació|nacida)\b")
_NAME = re.compile(rf" (?P<name>{NAME})")
_BRACKETS = re.compile(rf"(?P<name>{NAME}) \((?P<born>[^()–—-]+)[–—-](?P<died>[^()–—-]+)\)")
_BEFORE_LIFE_DATE = re.compile(r"\A(?:born|died|b\.|d\.|n\.|m\.) ?")
_NUMERAL = re.compile(r" [IVX]+\Z")
_QUOTED = re.compile(r"“[^”]*(?:”|\Z)|\"[^\"]*(?:\"|\Z)|«[^»]*(?:»|\Z)")
# Behind a date it says that the date is not sure, or that it is a span's.
_UNSURE = re.compile(r"\s*(?:[?/\[]|\(\?|(?:or|o|u|to|a) (?:in |on |en |el )?\w+ ?\d|[–—-])")

_SPAN = re.compile(r"\d[-–]\d")


@dataclass(frozen=True, slots=True)
class Told:
    """What one sentence says of one event. `value` is the date, age or place in its words.

    Of an age, `ages` are the whole years it can mean; a `place` is named the same in all
    languages. `spouse` are the folded words of the name of whom the person married, `rite` says
    where the sentence tells that.
    """

    event: Event
    passage: Passage
    sentence: str
    value: str
    date: PartialDate | None = None
    ages: range | None = None
    place: str | None = None
    spouse: frozenset[str] = frozenset()
    rite: Literal["church", "office"] | None = None

    @property
    def meaning(self) -> str:
        """The value, the same for all ways to say it."""
        return str(self.date or self.place or self.ages or self.value)


def person_of(corpus: Corpus, name: str) -> Person:
    """Return the person with that name, and with the names that sources say they were born with:
    "Marie Curie was born Maria Sklodowska", "Mary Shelley (née Godwin)"."""
    person = Person(name)
    found: set[str] = set()
    for passage in corpus.passages:
        if _OF_BIRTH.search(passage.text):
            for match in _BIRTH_NAME.finditer(passage.text):
                if person.is_named(match["name"]):
                    found.update(tokens_of(match["birth"]))
    by_surname = person.is_told_by_surname(passage.text for passage in corpus.passages)
    return Person(name, frozenset(found), by_surname)


def told_events(corpus: Corpus, person: Person) -> list[Told]:
    """Return what the sources say of the person's events, source by source.

    The person is known by their name, by a pronoun or an epithet ("the master") where nobody else
    is named, and by "I" in what they wrote themselves. Passed over are quotations, and sentences
    that doubt, report an opinion, or stand beside one that calls them wrong.
    """
    by_source: defaultdict[str, list[Passage]] = defaultdict(list)
    for passage in corpus.passages:
        by_source[passage.source_id].append(passage)
    return [
        told
        for source in corpus.sources
        for told in _Reader(person, source, by_source[source.id]).told()
    ]


class _Reader:
    """Reads one source for the events of a person."""

    def __init__(self, person: Person, source: Source, passages: Sequence[Passage]) -> None:
        self._person = person
        self._language: Language = source.language
        self._words: Vocabulary = VOCABULARY[source.language]
        self._passages = passages
        self._subjects = Subjects(person, source, passages)
        # A chronology's entries do not say of whom they are.
        self._is_about = person.is_titled(f"{source.title}; {source.author or ''}")

    def told(self) -> Iterator[Told]:
        """Yield all that the source says."""
        for number, passage in enumerate(self._passages):
            if not self._words.named.search(passage.text):
                continue
            entry = self._entry(number)
            if entry is not None:
                yield entry
                continue
            sentences = [one.text for one in split_sentences(passage.text, self._language)]
            for place in (Place(sentences, at, number) for at in range(len(sentences))):
                if self._words.named.search(place.text) and not self._is_doubted(place):
                    yield from self._said(place)

    def _said(self, place: Place) -> Iterator[Told]:
        """Yield what a sentence says, with the age that the next one adds to a death."""
        sentence = _Sentence(place.text, self._passages[place.passage], self._language)
        said = [
            *self._by_verbs(sentence, place),
            *self._by_couples(sentence, place),
            *self._by_nouns(sentence, place),
            *self._born_first(sentence, place),
            *self._life_in_brackets(sentence),
        ]
        yield from said
        following = Place(place.sentences, place.number + 1, place.passage)
        dead = any(told.event == "death" and told.date for told in said)
        if dead and following.number < len(following.sentences) and not self._is_doubted(following):
            yield from self._age_alone(following)

    def _is_doubted(self, place: Place) -> bool:
        beside = place.sentences[max(0, place.number - 1) : place.number + 2]
        return self._words.hedged.search(place.text) is not None or any(
            self._words.refuted.search(text) for text in beside
        )

    def _entry(self, number: int) -> Told | None:
        """Return what an entry of a chronology says: for 1790, "April 17, dies." """
        passage = self._passages[number]
        beside = self._passages[max(0, number - 1) : number + 2]
        dated = sum(one.date is not None for one in beside)
        if passage.date is None or dated < 2 or len(passage.text.split()) > _ENTRY_WORDS:
            return None
        if not self._is_about or self._words.hedged.search(passage.text):
            return None
        date, text = passage.date, passage.text
        day = self._words.day.match(text)
        if day:
            month = MONTHS[self._language][day["month"].casefold()]
            date, text = PartialDate(date.year, month, int(day["day"])), text[day.end() :]
        for event, pattern in self._words.entries.items():
            match = pattern.match(text)
            if match is None:
                continue
            spouse = _NAME.match(text, match.end())
            if event == "marriage" and spouse is None:
                return None
            names = self._spouse(spouse["name"]) if spouse and event == "marriage" else frozenset()
            value = format_date(date, self._language)
            return Told(event, passage, passage.text, value, date=date, spouse=names)
        return None

    def _by_verbs(self, sentence: _Sentence, place: Place) -> Iterator[Told]:
        """Yield what "Beethoven died ..." and "she was born ..." say."""
        for event, pattern in self._words.verbs.items():
            for verb in pattern.finditer(sentence.text):
                if sentence.is_quoted(verb.start()):
                    continue
                subject = self._subjects.of(place, verb, may_follow=event != "marriage")
                if subject is None:
                    continue
                if event != "marriage":
                    yield from sentence.facts(event, subject)
                elif spouse := _NAME.match(sentence.text, verb.end()):
                    behind = Subject(spouse.end(), subject.date)
                    yield from sentence.facts(event, behind, self._spouse(spouse["name"]))

    def _by_couples(self, sentence: _Sentence, place: Place) -> Iterator[Told]:
        """Yield what "Ada Byron and William King were married ..." says."""
        for verb in self._words.together.finditer(sentence.text):
            couple = self._subjects.couple(place, verb)
            if couple is not None and not sentence.is_quoted(verb.start()):
                subject, other = couple
                yield from sentence.facts("marriage", subject, self._spouse(other))

    def _by_nouns(self, sentence: _Sentence, place: Place) -> Iterator[Told]:
        """Yield what "Beethoven's death on 26 March 1827" says."""
        for pattern in self._words.nouns:
            for match in pattern.finditer(sentence.text):
                before = sentence.text[: match.start()]
                if sentence.is_quoted(match.start()) or self._words.not_then.search(before):
                    continue
                if self._subjects.is_person(match["name"], place):
                    event = EVENT_NOUNS[match["noun"].casefold()]
                    yield from sentence.dated(event, match.end(), within=3)

    def _born_first(self, sentence: _Sentence, place: Place) -> Iterator[Told]:
        """Yield what "Born in Warsaw on 7 November 1867, Marie Curie ..." says."""
        participle = self._words.participle.match(sentence.text)
        if participle is None or not sentence.dates:
            return
        comma = sentence.text.find(",", sentence.dates[0].end)
        name = _NAME.match(sentence.text, comma + 1) if comma >= 0 else None
        if name and self._subjects.is_person(name["name"], place):
            yield from sentence.dated("birth", participle.end(), within=_FAR)

    def _life_in_brackets(self, sentence: _Sentence) -> Iterator[Told]:
        """Yield what "Ada Lovelace (1815-1852)" says. Behind a king's name may be his reign."""
        if _NUMERAL.search(self._person.name):
            return
        for match in _BRACKETS.finditer(sentence.text):
            if not self._person.is_named(match["name"]) or sentence.is_quoted(match.start()):
                continue
            born, died = self._life_date(match["born"]), self._life_date(match["died"])
            if born and died and died.date.year - born.date.year in _LIFE:
                yield sentence.told("birth", born.text, date=born.date)
                yield sentence.told("death", died.text, date=died.date)

    def _life_date(self, text: str) -> DateMention | None:
        """Return the date that a text is, if it is nothing else."""
        bare = _BEFORE_LIFE_DATE.sub("", text.strip())
        found = find_dates(bare, self._language)
        return found[0] if found and found[0].text == bare else None

    def _age_alone(self, place: Place) -> Iterator[Told]:
        """Yield the age at death that a sentence of its own tells: "She was sixty-six." """
        for pattern, running in self._words.ages_alone:
            match = pattern.match(place.text)
            number = read_number(match["number"], self._language) if match else None
            if match and number is not None:
                passage = self._passages[place.passage]
                ages = range(number - running, number + 1)
                yield Told("death", passage, place.text, match["value"], ages=ages)

    def _spouse(self, name: str) -> frozenset[str]:
        return frozenset(tokens_of(name)) - self._person.tokens


class _Sentence:
    """A sentence, and what stands behind a verb in it."""

    def __init__(self, text: str, passage: Passage, language: Language) -> None:
        self.text = text
        self.dates = find_dates(text, language)
        self._passage = passage
        self._language = language
        self._words = VOCABULARY[language]
        self._quoted = [match.span() for match in _QUOTED.finditer(text)]

    def is_quoted(self, place: int) -> bool:
        """Whether a place in the sentence is inside a quotation."""
        return any(start <= place < end for start, end in self._quoted)

    def told(
        self,
        event: Event,
        value: str,
        *,
        date: PartialDate | None = None,
        ages: range | None = None,
        place: str | None = None,
        spouse: frozenset[str] = frozenset(),
    ) -> Told:
        """Return what this sentence says of an event."""
        rite = self._rite() if event == "marriage" else None
        return Told(event, self._passage, self.text, value, date, ages, place, spouse, rite)

    def _rite(self) -> Literal["church", "office"] | None:
        """Return where a wedding was, if the sentence names one such place only."""
        church = self._words.church.search(self.text) is not None
        office = self._words.office.search(self.text) is not None
        if church == office:
            return None
        return "church" if church else "office"

    def facts(
        self, event: Event, subject: Subject, spouse: frozenset[str] = frozenset()
    ) -> Iterator[Told]:
        """Yield the date, the age and the place that a verb and its subject have with them."""
        if self._words.again.search(self.text):
            return
        goes_on = self._words.goes_on if subject.left_out else None
        dated = list(self.dated(event, subject.end, within=_FAR, spouse=spouse, goes_on=goes_on))
        if not dated and subject.date is not None:
            lead = subject.date
            dated = [self.told(event, lead.text, date=lead.date, spouse=spouse)]
        if subject.left_out and not dated:
            return
        yield from dated
        if event in ("death", "marriage"):
            yield from self._aged(event, subject.end, spouse)
        if event in ("birth", "death"):
            yield from self._placed(event, subject.end)

    def dated(
        self,
        event: Event,
        start: int,
        *,
        within: int,
        spouse: frozenset[str] = frozenset(),
        goes_on: re.Pattern[str] | None = None,
    ) -> Iterator[Told]:
        """Yield the date that stands in the clause which goes on at `start`, `within` so many
        words; behind it `goes_on` must follow."""
        mention = next((one for one in self.dates if one.start >= start), None)
        if mention is None or self._is_parted(start, mention.start):
            return
        gap = self.text[start : mention.start]
        precise = bool(mention.date.day)
        if self._words.dating.search(gap) is None or _UNSURE.match(self.text, mention.end):
            return
        if _SPAN.search(mention.text):
            return
        if goes_on is not None and goes_on.match(self.text, mention.end) is None:
            return
        if count_words(gap) <= (within if precise else min(within, _NEAR)):
            yield self.told(event, mention.text, date=mention.date, spouse=spouse)

    def _aged(self, event: Event, start: int, spouse: frozenset[str]) -> Iterator[Told]:
        for pattern, running in self._words.ages:
            match = pattern.search(self.text, start)
            number = read_number(match["number"], self._language) if match else None
            if match and number is not None and not self._is_parted(start, match.start()):
                ages = range(number - running, number + 1)
                yield self.told(event, match[0], ages=ages, spouse=spouse)

    def _placed(self, event: Event, start: int) -> Iterator[Told]:
        closed = self._words.closes.search(self.text, start)
        clause = self.text[start : closed.start() if closed else len(self.text)]
        cities = cities_in(clause)
        if len({city for _, city in cities}) == 1:
            name, city = cities[0]
            yield self.told(event, name, place=city)

    def _is_parted(self, start: int, end: int) -> bool:
        """Whether the clause that goes on at `start` is closed before `end`."""
        return self._words.closes.search(self.text, start, end) is not None
