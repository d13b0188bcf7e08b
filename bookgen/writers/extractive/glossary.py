"""What stands behind the timeline: who the people are, and what the places and things, of which a
book speaks, in sentences of the sources that say so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bookgen.models import GlossaryEntry, Language, Section
from bookgen.text.names import find_names
from bookgen.text.quotations import without_citations
from bookgen.text.words import STOP_WORDS, fold_accents, words
from bookgen.writers.extractive.compose import quote
from bookgen.writers.extractive.evidence import Evidence, Opening, Quotable
from bookgen.writers.extractive.timeline import told_places
from bookgen.writers.extractive.vocabulary import VOCABULARY

__all__ = ["glossary"]

MIN_MENTIONS = 2
MOST_ENTRIES, WORDS_AN_ENTRY = 40, 400
# What defines is short, and says what somebody was in its first words.
MAX_WORDS, MAX_TO_KIND, MAX_APPOSED = 60, 12, 5

_CAPITALISED = r"[^\W\d_a-zà-öø-ÿ][^\W\d_]*(?:['’-][^\W\d_]+)*"
_JOINED = r"(?: (?:van|von|der|de|del|della|di|da|du|la|le|y|of|the|zu|zur) )"
_NAME = rf"(?P<name>{_CAPITALISED}\.?(?:(?:{_JOINED}(?:the )?| ){_CAPITALISED}\.?)*)"
_BETWEEN = r"(?: \([^()]{2,60}\))?"


@dataclass(frozen=True, slots=True)
class _Grammar:
    """How a language says what somebody or something is.

    `being` matches a sentence from its start, `apposition` within it, with what follows the article
    as `what`. `kinds` are folded nouns that say what somebody or something is, in the singular;
    `not_kinds` begin what only looks like it ("was the first to"), `behind_kinds` are words that go
    on with an apposition behind its noun.
    """

    being: re.Pattern[str]
    apposition: re.Pattern[str]
    kinds: frozenset[str]
    not_kinds: frozenset[str]
    behind_kinds: frozenset[str]


def _grammar(verbs: str, articles: str, kinds: str, not_kinds: str, behind_kinds: str) -> _Grammar:
    article = rf"(?:{articles}) "
    return _Grammar(
        re.compile(rf"(?:The |El |La )?{_NAME}{_BETWEEN},? (?:{verbs}) {article}(?P<what>.+)"),
        re.compile(rf"(?<![\w-]){_NAME}{_BETWEEN}, {article}(?P<what>[^,;.]{{4,120}})(?=[,.])"),
        frozenset(kinds.split()),
        frozenset(not_kinds.split()),
        frozenset(behind_kinds.split()),
    )


_GRAMMAR: Mapping[Language, _Grammar] = {
    "en": _grammar(
        "was|is|were|had been",
        "an?|the|one of the",
        """
        composer pianist violinist cellist musician singer soprano tenor poet painter sculptor
        writer author novelist playwright critic publisher printer bookseller editor translator
        physician doctor surgeon lawyer advocate judge merchant banker professor teacher tutor
        governess pupil student scholar master friend companion brother sister father mother wife
        husband widow son daughter nephew niece uncle aunt cousin grandfather grandmother guardian
        prince princess count countess baron baroness duke duchess king queen emperor empress
        archduke elector bishop archbishop priest preacher minister ambassador statesman governor
        officer captain general colonel admiral soldier sailor mathematician physicist chemist
        scientist astronomer engineer inventor philosopher biologist historian anatomist geologist
        physiologist naturalist servant housekeeper secretary president director conductor organist
        kapellmeister nobleman patron gentleman lady man woman boy girl child actor actress
        journalist photographer mechanic glazier copyist amateur virtuoso
        town city village suburb district river island street country province school university
        college institute academy society club library newspaper magazine journal paper almanac
        opera symphony sonata quartet mass book treatise poem machine engine instrument language
        prize church theatre hall house palace estate company element metal method theory family
        """,
        "first last next same only latter former other following second third little bit",
        "of to in at on by for from with and or who whom whose which that near among settled "
        "respected known called named born employed famous",
    ),
    "es": _grammar(
        "fue|era|es|habia sido|había sido",
        "una?|el|la|los|las|uno de los|una de las",
        """
        compositor musico pianista poeta pintor escultor escritor autor novelista editor impresor
        traductor medico medica cirujano abogado juez comerciante banquero catedratico profesor
        profesora maestro maestra alumno alumna discipulo discipula amigo amiga hermano hermana
        padre madre esposa esposo mujer marido viuda hijo hija sobrino sobrina tio tia primo prima
        abuelo abuela principe conde condesa duque rey reina emperador obispo cura sacerdote
        ministro embajador general capitan coronel soldado matematico fisico quimico cientifico
        astronomo ingeniero inventor filosofo biologo historiador anatomista histologo fisiologo
        naturalista criado secretario presidente director zapatero barbero hombre nino nina
        periodista fotografo neurologo patologo bacteriologo ciudad pueblo aldea villa barrio rio
        isla calle pais provincia escuela universidad instituto academia sociedad biblioteca
        periodico revista libro tratado poema maquina instrumento lengua premio iglesia teatro casa
        palacio metodo doctrina teoria familia museo laboratorio hospital monasterio
        """,
        "primero primera ultimo ultima mismo misma unico unica segundo segunda poco",
        "de del en a al y e o que con por para cerca entre llamado nacido conocido situado",
    ),
}


@dataclass(frozen=True, slots=True)
class _Definition:
    name: str
    place: int
    score: float


def glossary(
    evidence: Evidence, sections: Sequence[Section], frame: Collection[int]
) -> tuple[GlossaryEntry, ...]:
    """Return the names that the sections have more than once and a sentence of the sources defines,
    in alphabetical order of the names as they are said.

    A sentence defines that says, soon behind the name, what kind of person, place or thing it is.
    One that the sections quote is pointed to; what stands around them, the passages of `frame`, and
    dated facts, which are the timeline's, are not said again. What nothing defines is left out.
    """
    language = evidence.subject.language
    mentioned = Counter(
        fold_accents(name)
        for section in sections
        for name in find_names(without_citations(section.text), language)
    )
    surnames: Counter[str] = Counter()
    for name, count in mentioned.items():
        surnames[name.split()[-1]] += count
    told = told_places(evidence, sections)
    known = frozenset(name for names in evidence.names for name in names)
    best: dict[str, _Definition] = {}
    for place, sentence in enumerate(evidence.sentences):
        elsewhere = sentence.dates or sentence.passage in frame
        if elsewhere and place not in told:
            continue
        found = _defined(evidence, sentence, known)
        if found is None:
            continue
        name, score = found
        folded = fold_accents(name)
        if max(mentioned[folded], surnames[folded.split()[-1]]) < MIN_MENTIONS:
            continue
        if folded not in best or score > best[folded].score:
            best[folded] = _Definition(name, place, score)
    chosen = _one_for_each(best, surnames, sections)
    entries = [_entry(evidence, one, told) for one in chosen]
    return tuple(sorted(entries, key=lambda entry: fold_accents(entry.term)))


def _defined(
    evidence: Evidence, sentence: Quotable, known: Collection[str]
) -> tuple[str, float] | None:
    """Return the name that a sentence defines, and how well, about 0 to 1."""
    if not sentence.usable or sentence.words > MAX_WORDS or sentence.opening < Opening.STANDS:
        return None
    if evidence.entries[sentence.passage] or _speaks(evidence, sentence):
        return None
    grammar = _GRAMMAR[evidence.subject.language]
    being = grammar.being.match(sentence.text)
    found = [(being, 1.0)] if being else []
    found += [(match, 0.85) for match in grammar.apposition.finditer(sentence.text)]
    for match, worth in found:
        what = [fold_accents(word) if word.islower() else word for word in words(match["what"])]
        if what[:1] and what[0] in grammar.not_kinds:
            continue
        # A capital is a title's: "Ries, the Princess struck him" says nothing of Ries.
        within = MAX_TO_KIND if match is being else MAX_APPOSED
        distance = next((at for at, one in enumerate(what[:within]) if one in grammar.kinds), None)
        if match is not being and distance is not None and not _ends(what[distance + 1 :], grammar):
            continue
        name = match["name"].rstrip(".")
        if distance is None or not _names_another(evidence, name, known):
            continue
        far = 0.2 * (match.start() > 0)
        return name, worth - far - 0.03 * distance - 0.004 * sentence.words
    return None


def _speaks(evidence: Evidence, sentence: Quotable) -> bool:
    """Whether the subject speaks of themselves: "my", out of its place, is anybody's."""
    if not evidence.own_words[sentence.passage]:
        return False
    first_person = VOCABULARY[evidence.subject.language].first_person
    return any(fold_accents(word) in first_person for word in words(sentence.text))


def _ends(rest: Sequence[str], grammar: _Grammar) -> bool:
    """Whether a noun that was found is the apposition's: "the governor sent a message" is none."""
    return not rest or rest[0] in grammar.behind_kinds


def _names_another(evidence: Evidence, name: str, known: Collection[str]) -> bool:
    """Whether a name is one that the sources know, and not the subject's."""
    subject, parts = evidence.subject, [fold_accents(part) for part in name.split()]
    if name not in known or parts[0] in STOP_WORDS[subject.language]:
        return False
    if len(parts) == 1:
        vocabulary = VOCABULARY[subject.language]
        alone = parts[0] in evidence.common | vocabulary.titles | vocabulary.ranks
        return not alone and not subject.is_name(name)
    return parts[-1] not in subject.names or parts[0] not in subject.names | {subject.given}


def _one_for_each(
    best: Mapping[str, _Definition], surnames: Mapping[str, int], sections: Sequence[Section]
) -> list[_Definition]:
    """Return one definition for each bearer of a name: the fuller form where one ends with the
    other; the most mentioned, as many as a book of this length has room for."""
    fuller = [
        one
        for folded, one in best.items()
        if not any(other != folded and other.endswith(f" {folded}") for other in best)
    ]
    length = sum(len(section.text.split()) for section in sections)
    most = min(MOST_ENTRIES, max(3, length // WORDS_AN_ENTRY))
    fuller.sort(key=lambda one: (-surnames[fold_accents(one.name).split()[-1]], one.place))
    return fuller[:most]


def _entry(
    evidence: Evidence, definition: _Definition, told: Mapping[int, tuple[int, int]]
) -> GlossaryEntry:
    sentence = evidence.sentences[definition.place]
    passage = evidence.corpus.passages[sentence.passage].id
    told_in = told.get(definition.place)
    if told_in is not None:
        return GlossaryEntry(definition.name, passage, told_in=told_in)
    text = quote((sentence,), passage, evidence.subject.language)
    return GlossaryEntry(definition.name, passage, text)
