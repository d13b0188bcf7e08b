"""Whose event a verb tells: whether what stands before it, or behind it, is one person."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bookgen.checks.life.vocabulary import VOCABULARY
from bookgen.models import Passage, Source
from bookgen.text.dates import DateMention, find_dates
from bookgen.text.person import NAME, Person, tokens_of

__all__ = ["Place", "Subject", "Subjects"]

# So many passages away, a relative's name makes a surname alone ambiguous.
_WINDOW = 2
# A source that calls the person "the master" does so often, and mostly near their name.
_OFTEN, _MOSTLY = 5, 0.6
_NAME = re.compile(NAME)
_APPOSITION = r"(?P<apposition> \([^()]*\)|, [^,;:]{1,80},)?"
# Behind others ("the pupil of Neefe") stand people, too.
_BEFORE_A_PLACE = re.compile(r"\b(?:[Ii]n|[Aa]t|near|[Ee]n) \Z")


@dataclass(frozen=True, slots=True)
class Subject:
    """Where the person stands: `end` is where the verb and its subject end. `date` is one that
    opens the sentence ("On 8 July 1835 she ..."); `left_out` is a subject that is not there."""

    end: int
    date: DateMention | None = None
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence in its passage, and the passage, from 0, in its source."""

    sentences: Sequence[str]
    number: int
    passage: int

    @property
    def text(self) -> str:
        return self.sentences[self.number]

    @property
    def before(self) -> str:
        """The sentence before it in the passage, or nothing."""
        return self.sentences[self.number - 1] if self.number else ""


class Subjects:
    """Finds the person as the subject of verbs in one source."""

    def __init__(self, person: Person, source: Source, passages: Sequence[Passage]) -> None:
        self._person = person
        self._language = source.language
        self._words = VOCABULARY[source.language]
        self._passages = passages
        self._own = bool(source.author) and person.tokens <= {*tokens_of(source.author or "")}
        words = self._words
        self._before = re.compile(
            rf"(?P<name>\b{words.speaker}|{words.pronoun}|{words.epithet}|{NAME}){_APPOSITION} \Z"
        )
        self._couple = re.compile(
            rf"(?P<one>{NAME}),? (?:and|y|e) (?P<other>{NAME}){_APPOSITION} \Z"
        )
        # Of others it tells, too, and calls them masters.
        about = person.is_titled(source.title)
        self._epithets = self._usual_epithets() if about else frozenset()

    def of(self, place: Place, verb: re.Match[str], *, may_follow: bool) -> Subject | None:
        """Return where the person is the verb's subject, or None. Where `may_follow`, the subject
        may stand behind the verb, in a language that allows it."""
        before = place.text[: verb.start()]
        opening = self._opening(before)
        if self._words.drops_subject and opening is not None:
            name = _NAME.match(place.text, verb.end() + 1) if may_follow else None
            if name is None:
                known = self._is_meant_by_pronoun(place)
                return Subject(verb.end(), opening.date, left_out=True) if known else None
            known = self.is_person(name[0], place)
            return Subject(name.end(), opening.date) if known else None
        match = self._before.search(before)
        if match is None or self._words.kin.search(match["apposition"] or ""):
            return None
        opening = self._opening(before[: match.start()])
        if opening is None or not self._is_meant(match["name"], place, opening):
            return None
        return Subject(verb.end(), opening.date)

    def couple(self, place: Place, verb: re.Match[str]) -> tuple[Subject, str] | None:
        """Return where the person and another are together the verb's subject, and the other."""
        before = place.text[: verb.start()]
        match = self._couple.search(before)
        if match is None or self._words.kin.search(match["apposition"] or ""):
            return None
        opening = self._opening(before[: match.start()])
        if opening is None:
            return None
        for one, other in ((match["one"], match["other"]), (match["other"], match["one"])):
            if self.is_person(one, place) and not self._person.is_named(other):
                return Subject(verb.end(), opening.date), other
        return None

    def is_person(self, name: str, place: Place) -> bool:
        """Whether a name is the person's in this place. A short form of it is where no relative
        is told of nearby."""
        if self._person.is_named(name):
            return True
        if not self._person.is_named_in_short(name):
            return False
        if self._words.kin.search(place.text) or self._words.kin.search(place.before):
            return False
        around = self._passages[max(0, place.passage - _WINDOW) : place.passage + _WINDOW + 1]
        if any(self._person.has_namesake(f"{one.heading or ''}. {one.text}") for one in around):
            return False
        if tokens_of(name)[-1] == self._person.surname:
            return True
        # Many have a given name; the passage says whose it is.
        text = self._passages[place.passage].text
        return any(self._person.is_named(match[0]) for match in _NAME.finditer(text))

    def _opening(self, before: str) -> _Opening | None:
        """Return what stands before a subject, or None where it is more than an opening."""
        if not before.strip():
            return _Opening(None, plain=True)
        if self._words.clause.fullmatch(before):
            return _Opening(None, plain=False)
        dates = find_dates(before, self._language)
        if len(dates) == 1 and self._words.opens.fullmatch(before[: dates[0].start]):
            return None if before[dates[0].end :].strip(" ,") else _Opening(dates[0], plain=True)
        return None

    def _is_meant(self, name: str, place: Place, opening: _Opening) -> bool:
        if re.fullmatch(self._words.speaker, name):
            return self._own
        if re.fullmatch(self._words.pronoun, name):
            return opening.plain and self._is_meant_by_pronoun(place)
        if re.fullmatch(self._words.epithet, name):
            return name.casefold() in self._epithets and self._is_alone(place)
        return self.is_person(name, place)

    def _is_meant_by_pronoun(self, place: Place) -> bool:
        """Whether the sentences before this one tell of the person and of nobody else."""
        for number in range(place.number - 1, -1, -1):
            here = Place(place.sentences, number, place.passage)
            text = here.text
            if self._words.kin.search(text) or self._words.him.search(text):
                return False
            if self._names_another(text):
                return False
            name = _NAME.match(text)
            if name and self.is_person(name[0], here):
                return True
            if not re.match(rf"(?:{self._words.pronoun}|{self._words.possessive})\b", text):
                return False
        return False

    def _is_alone(self, place: Place) -> bool:
        """Whether the passage names nobody before this sentence, and those before it the person."""
        told = place.sentences[: place.number]
        if any(self._words.kin.search(text) for text in (*told, place.text)):
            return False
        around = self._passages[max(0, place.passage - _WINDOW) : place.passage + 1]
        named = any(self._person.is_mentioned(passage.text) for passage in around)
        return named and not any(self._names_another(text) for text in told)

    def _names_another(self, text: str) -> bool:
        """Whether a name in a sentence may be another person's: all but the person's own, the
        sentence's first word, and what is a place."""
        for match in _NAME.finditer(text):
            own = self._person.is_named(match[0]) or self._person.is_named_in_short(match[0])
            first = match.start() == 0 and " " not in match[0]
            if not own and not first and not _BEFORE_A_PLACE.search(text[: match.start()]):
                return True
        return False

    def _usual_epithets(self) -> frozenset[str]:
        used: defaultdict[str, list[bool]] = defaultdict(list)
        pattern = re.compile(self._words.epithet)
        for place, passage in enumerate(self._passages):
            epithets = {found.casefold() for found in pattern.findall(passage.text)}
            around = self._passages[max(0, place - 1) : place + 2] if epithets else ()
            near = any(self._person.is_mentioned(one.text) for one in around)
            for epithet in epithets:
                used[epithet].append(near)
        return frozenset(
            epithet
            for epithet, near in used.items()
            if len(near) >= _OFTEN and sum(near) >= _MOSTLY * len(near)
        )


@dataclass(frozen=True, slots=True)
class _Opening:
    """What opens a sentence before its subject: nothing but a date where it is `plain`."""

    date: DateMention | None
    plain: bool
