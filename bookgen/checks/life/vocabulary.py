"""How English and Spanish tell of a birth, a marriage and a death, and the words that forbid
taking a sentence at its word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bookgen.models import Language
from bookgen.text.dates import MONTHS
from bookgen.text.person import NAME

__all__ = ["EVENT_NOUNS", "VOCABULARY", "Event", "Vocabulary"]

Event: TypeAlias = Literal["birth", "baptism", "marriage", "death", "burial"]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One language's words, as patterns.

    `named` is in every text that tells of an event. `verbs` follow the one whose event it is,
    `together` a couple; where the language `drops_subject`, it may also follow them or be left out,
    and `goes_on` then stands behind the date. `nouns` find an event's `noun` and the `name` of
    whose it was, `participle` opens a sentence whose subject follows. `entries` open those of a
    chronology, behind a `day`.

    `speaker`, `pronoun`, `possessive` and `epithet` stand for the person where it is known who is
    meant. `kin` are relatives, and what tells namesakes apart; `him` says that a sentence tells of
    two people.

    `hedged` makes a sentence no plain statement; `refuted` says so of the one beside it. `again`
    are weddings that others resemble; `church` and `office` tell the two of one couple apart.

    `opens` stands before a date at a sentence's start, `clause` is else what may stand before the
    subject. `closes` ends the clause of a verb; `dating` stands right before its date; `not_then`
    before a noun gives its date to something else. `ages` and `ages_alone` find a `number`: with
    0 the age, with 1 the year of life that was running; alone, as a sentence of its own.

    `letters` is in the title of a collection, `first_person` in one's own letter.
    """

    named: re.Pattern[str]
    verbs: Mapping[Event, re.Pattern[str]]
    together: re.Pattern[str]
    drops_subject: bool
    goes_on: re.Pattern[str]
    nouns: tuple[re.Pattern[str], ...]
    participle: re.Pattern[str]
    entries: Mapping[Event, re.Pattern[str]]
    day: re.Pattern[str]
    speaker: str
    pronoun: str
    possessive: str
    him: re.Pattern[str]
    epithet: str
    kin: re.Pattern[str]
    hedged: re.Pattern[str]
    refuted: re.Pattern[str]
    again: re.Pattern[str]
    church: re.Pattern[str]
    office: re.Pattern[str]
    opens: re.Pattern[str]
    clause: re.Pattern[str]
    closes: re.Pattern[str]
    dating: re.Pattern[str]
    not_then: re.Pattern[str]
    ages: tuple[tuple[re.Pattern[str], int], ...]
    ages_alone: tuple[tuple[re.Pattern[str], int], ...]
    letters: re.Pattern[str]
    first_person: re.Pattern[str]


# Nouns for the events, in both languages.
EVENT_NOUNS: Mapping[str, Event] = {
    "birth": "birth", "baptism": "baptism", "death": "death", "burial": "burial",
    "funeral": "burial", "nacimiento": "birth", "bautismo": "baptism", "bautizo": "baptism",
    "muerte": "death", "fallecimiento": "death", "entierro": "burial",
}  # fmt: skip
_NOUN = rf"(?P<noun>{'|'.join(EVENT_NOUNS)})"
_LIFE_DATES = r"\([^()]*\d{4}[^()\d]{1,30}(?:\d{1,2}[^()\d]{1,20})?\d{4}\)"
_EN_NUMBER = r"(?P<number>\d{1,3}|[a-z]+(?:-[a-z]+)?)(?![\w-])"
_EN_ORDINAL = r"(?P<number>\d{1,3}(?=st|nd|rd|th)|[a-z]+(?:-[a-z]+)?)(?:st|nd|rd|th)?"
_ES_NUMBER = r"(?P<number>\d{1,3}|[a-zé]+(?: y [a-z]+)?)"

VOCABULARY: Mapping[Language, Vocabulary] = {
    "en": Vocabulary(
        named=re.compile(
            r"\b(?:born|birth|bapti[sz]\w*|christened|came into the world|died|dies|death|passed"
            r" away|breathed|buried|interred|laid to rest|funeral|burial|married|marries|wed)\b|"
            + _LIFE_DATES,
            re.IGNORECASE,
        ),
        verbs={
            "birth": re.compile(r"\b(?:(?:was|is|had been) born|came into the world)\b"),
            "baptism": re.compile(r"\b(?:was|is|had been) (?:bapti[sz]ed|christened)\b"),
            "marriage": re.compile(
                r"\b(?:(?:had )?married|marries|(?:was|had been) married to|wed)\b"
            ),
            "death": re.compile(
                r"\b(?:(?:had )?died|dies|(?:had )?passed away|breathed (?:his|her) last)\b"
            ),
            "burial": re.compile(r"\b(?:was|is|had been) (?:buried|interred|laid to rest)\b"),
        },
        together=re.compile(r"\b(?:(?:were|had been) )?(?:married|wed)\b"),
        drops_subject=False,
        goes_on=re.compile(""),
        nouns=(
            re.compile(rf"\b[Tt]he {_NOUN} of (?P<name>{NAME})"),
            re.compile(rf"(?P<name>{NAME})['’]s? {_NOUN}\b"),
        ),
        participle=re.compile(r"Born(?= )"),
        entries={
            "birth": re.compile(r"(?:(?:He|She) )?(?:is |was )?born(?=[.,;]| at\b| in\b)", re.I),
            "baptism": re.compile(r"(?:(?:He|She) )?(?:is |was )?bapti[sz]ed(?=[.,;]| at\b| in\b)",
                                  re.I),
            "marriage": re.compile(r"(?:(?:He|She) )?(?:marries|married)(?= )", re.I),
            "death": re.compile(r"(?:(?:He|She) )?(?:dies|died)(?=[.,;]| at\b| in\b)", re.I),
            "burial": re.compile(r"(?:(?:He|She) )?(?:is |was )?buried(?=[.,;]| at\b| in\b)", re.I),
        },
        day=re.compile(rf"(?P<month>{'|'.join(MONTHS['en'])})\.? (?P<day>\d{{1,2}}),? ", re.I),
        speaker=r"\bI",
        pronoun=r"\b(?:He|She|he|she)",
        possessive=r"(?:His|Her)",
        him=re.compile(r"\b(?:him|them|another|other)\b"),
        epithet=r"\b[Tt]he (?:great )?(?:master|maestro|composer|poet|painter|philosopher"
        r"|scientist|novelist|playwright|sculptor|mathematician|physicist)",
        kin=re.compile(
            r"\b(?:(?:great-)?grand\w+|father|mother|parents?|brothers?|sisters?|sons?|daughters?"
            r"|child|uncle|aunt|cousin|nephew|niece|wife|husband|widow\w*|[Ee]lder|[Yy]ounger"
            r"|[Ss]enior|[Jj]unior|namesake|heir|twin|ancestors?)\b"
        ),
        hedged=re.compile(
            r"\b(?:not|never|if|said|says|believe[sd]?|thought|suppos\w+|claim\w*|according"
            r"|probably|perhaps|possibly|maybe|apparently|report\w*|alleged\w*|presum\w+|assum\w+"
            r"|likely|unlikely|may|might|would|could|should|must|seem\w*|appears?|legend\w*"
            r"|tradition\w*|rumou?r\w*|uncertain\w*|doubt\w*|err(?:or|ors|oneous\w*)|mistak\w+"
            r"|wrong\w*|incorrect\w*|false\w*|misprint\w*|nearly|almost|dream\w*|imagin\w+"
            r"|pretend\w*|fiction\w*|disput\w+|sic|instead|rather than|anniversary|\w*centenary"
            r"|maintain\w*|assert\w*|insist\w*|others|some|sources?|accounts?|biographers?|gives"
            r"|states?|stated|variously|either|story|novel|poem|film|opera|tale|opinion|editions?|versions?"
            r"|t(?:ells?|old)|relate[sd]?|wr(?:ites?|ote)|prints?|printed|[Ii]f|[Ss]ome|[Oo]thers|[Aa]ccording|[Pp]erhaps)\b"
        ),
        refuted=re.compile(
            r"\b(?:err(?:or|ors|oneous\w*|s|ed)|mistak\w+|wrong\w*|incorrect\w*|false\w*|untrue"
            r"|misprint\w*|legend\w*|not true|cannot be|could not (?:be|have)|disput\w+|doubt\w*"
            r"|uncertain\w*|contradict\w*|conflict\w*|in (?:fact|reality|truth)|actually"
            r"|really|[Tt]h(?:is|at|ese) (?:date|year|statement|is what)|[Aa]ccording to"
            r"|[Oo]thers? (?:say|give|have|sources?))\b"
            r"|\A(?:So|Thus) (?:at least |much )?(?:he|she|it|says?|said|wrote|ran|the)\b|:\Z"
        ),
        again=re.compile(r"\b(?:again|second|secretly|remarried|renewed|once more)\b"),
        church=re.compile(r"\b(?:church|chapel|cathedral|religious|abbey|minster)\b", re.I),
        office=re.compile(r"\b(?:civil|town hall|city hall|registr\w+)\b", re.I),
        opens=re.compile(
            r"(?:On|In)(?: the)?(?: (?:year|morning of|evening of|night of|afternoon of)(?: the)?)?"
            r" ?"
        ),
        clause=re.compile(r"(?:At|In|On|Here|There|Finally|Then)\b[^,;:\d]{0,50}, |.*; "),
        closes=re.compile(
            r"[;:!?—\"“”]|--"
            r"|\b(?:before|after)\b(?! (?:noon|midnight|dawn|\w+ o['’]clock"
            r"|an? (?:long|short|brief|painful|lingering) illness)\b)"
            r"|\b(?:when|who|whom|whose|which|that|while|where|until|till|since|although|though"
            r"|because|if|and|but|or|than|as|like|during|he|she|they|it|we|I|you|had|has|have|was"
            r"|were|is|are|been|would|did|does|built|bought|sold|won|made|given|begun|held|kept"
            r"|known|left|lost|set|taken|told|written|fought|whether|later|still|into)\b"
            r"|\b(?!(?:evening|morning|king|bed|building|lodgings?|dwelling|aged|sacred|spring"
            r"|wedding)\b)[a-z]+(?:ed|ing)\b"
        ),
        dating=re.compile(
            r"(?:\A\s*|\b(?:on|in)(?: the)?(?: (?:early|late|year|month of))?"
            r"|\bon the (?:morning|evening|night|afternoon|day) of(?: the)?|[,(])\s*\Z"
        ),
        not_then=re.compile(
            r"\b(?:before|after|following|\w*anniversary|\w*centenary|from|celebrat\w*"
            r"|commemorat\w*)\b",
            re.I,
        ),
        ages=(
            (
                re.compile(
                    rf"\b(?:aged|at the (?:[a-z]+ )?age of) {_EN_NUMBER}(?!,? (?:or|to|months)\b)"
                ),
                0,
            ),
            (re.compile(rf"\bin (?:his|her) {_EN_ORDINAL} year\b"), 1),
        ),
        ages_alone=(
            (
                re.compile(
                    rf"(?:He|She) was (?:then )?(?P<value>(?:aged )?{_EN_NUMBER}"
                    r"(?: years (?:old|of age))?)[.,;]"
                ),
                0,
            ),
            (
                re.compile(
                    rf"(?:He|She) was (?:then )?(?P<value>in (?:his|her) {_EN_ORDINAL} year)[.,;]"
                ),
                1,
            ),
        ),
        letters=re.compile(r"\b(?:letters|correspondence)\b(?! to\b)", re.I),
        first_person=re.compile(r"\b(?:I|my|me)\b"),
    ),
    "es": Vocabulary(
        named=re.compile(
            r"\b(?:naci\w*|nace|vino al mundo|bauti\w+|muri\w+|muer\w+|falleci\w*|fallece|expiró"
            r"|enterrad\w+|entierro|sepult\w+|cas(?:ó|a|ado|ada|aron|arse)|matrimonio)\b|"
            + _LIFE_DATES,
            re.IGNORECASE,
        ),
        verbs={
            "birth": re.compile(r"\b(?:nació|nace|había nacido|vino al mundo)\b", re.I),
            "baptism": re.compile(r"\b(?:fue|es|había sido) bautizad[oa]\b", re.I),
            "marriage": re.compile(
                r"\b(?:se (?:casó|casa|había casado)|contrajo matrimonio) con\b", re.I
            ),
            "death": re.compile(
                r"\b(?:murió|muere|falleció|fallece|había (?:muerto|fallecido)|expiró)\b", re.I
            ),
            "burial": re.compile(
                r"\b(?:(?:fue|es|había sido) (?:enterrad|sepultad)[oa]|recibió sepultura)\b", re.I
            ),
        },
        together=re.compile(r"\b(?:se (?:casaron|habían casado)|contrajeron matrimonio)\b"),
        drops_subject=True,
        goes_on=re.compile(r"\s*(?:[.,;)]|(?:en|a|con|de|por|sin)\b)"),
        nouns=(re.compile(rf"\b(?:[Ll]a|[Ee]l|del) {_NOUN} de (?P<name>{NAME})"),),
        participle=re.compile(r"Nacid[oa](?= )"),
        entries={
            "birth": re.compile(r"(?:nace|nació)(?=[.,;]| en\b)", re.I),
            "baptism": re.compile(r"(?:es |fue )?bautizad[oa](?=[.,;]| en\b)", re.I),
            "marriage": re.compile(r"se cas[aó] con(?= )", re.I),
            "death": re.compile(r"(?:muere|murió|fallece|falleció)(?=[.,;]| en\b)", re.I),
            "burial": re.compile(r"(?:es |fue )?enterrad[oa](?=[.,;]| en\b)", re.I),
        },
        day=re.compile(rf"(?P<day>\d{{1,2}}) de (?P<month>{'|'.join(MONTHS['es'])})[,:.]? ", re.I),
        speaker=r"\b[Yy]o",
        pronoun=r"\b(?:Él|Ella|él|ella)",
        possessive=r"(?:Su|Sus)",
        him=re.compile(r"\b(?:lo|le|ellos|otro|otra)\b"),
        epithet=r"\b[Ee]l (?:gran )?(?:maestro|compositor|poeta|pintor|filósofo|sabio|novelista"
        r"|escultor|histólogo)",
        kin=re.compile(
            r"\b(?:(?:bis)?abuel[oa]s?|padres?|madre|herman[oa]s?|hij[oa]s?|tí[oa]|prim[oa]"
            r"|sobrin[oa]s?|niet[oa]s?|espos[oa]|marido|mujer|viud[oa]|homónimo|mayor|menor"
            r"|gemel[oa]|Viejo|Joven|Mayor|Menor)\b"
        ),
        hedged=re.compile(
            r"\b(?:no|nunca|jamás|si|dicen|dice|dijo|creía|creyó|creen|según|probablemente|quizás?"
            r"|acaso|tal vez|posiblemente|aparentemente|supuest\w+|suponen?|presunt\w+|parecen?"
            r"|pudo|podría|habría|debió|debe|leyenda|tradición|rumor\w*|inciert\w+|dud\w+"
            r"|err(?:or|ores|óne\w+)|equivoc\w+|fals[oa]\w*|errata|casi|soñó|imagin\w+|fingió"
            r"|discut\w+|sic|en lugar|en vez|aniversario|\w*centenario|sostien\w+|asegur\w+"
            r"|afirm\w+|algunos|otros|fuentes?|biógrafos?|versión|versiones|novela|cuento|poema"
            r"|película|ópera|opinión|edición|cuentan?|relatan?|escrib\w+)\b",
            re.I,
        ),
        refuted=re.compile(
            r"\b(?:err(?:or|ores|óne\w+)|equivoc\w+|fals[oa]\w*|errata|leyenda|no es cierto"
            r"|no pudo|dud\w+|inciert\w+|contradi\w+|en realidad|en verdad|según"
            r"|est[ae] (?:fecha|año)|otr[oa]s (?:dicen|dan|fuentes))\b"
            r"|\AAsí (?:lo|dice|al menos)\b|:\Z",
            re.I,
        ),
        again=re.compile(r"\b(?:otra vez|segund[oa]s|de nuevo|en secreto)\b"),
        church=re.compile(
            r"\b(?:iglesia|capilla|catedral|religios[oa]|parroquia|basílica)\b", re.I
        ),
        office=re.compile(r"\b(?:civil|ayuntamiento|registro|juzgado)\b", re.I),
        opens=re.compile(
            r"(?:El|En)(?: (?:día|año|el año))? ?|En la (?:mañana|tarde|noche|madrugada) del "
        ),
        clause=re.compile(r"(?:En|Allí|Por fin)\b[^,;:\d]{0,50}, |.*; "),
        closes=re.compile(
            r"[;:!?¿¡—«»\"“”]"
            r"|\b(?:cuando|que|quien|quienes|cuyo|cuya|donde|mientras|después|antes|tras|hasta"
            r"|desde|aunque|porque|si|pero|o|u|como|durante|él|ella|yo|había|habían|ha|han|era"
            r"|eran|fue|fueron|estaba|luego|y(?= [a-zá-ú]))\b"
            r"|, [ye]\b|\b[a-zá-ú]+(?:ó|aron|ieron|aba|aban)\b"
            r"|\b(?!(?:lado|llegada|madrugada|posada|morada|ciudad|estado|condado|ducado|prado"
            r"|sagrad[oa]|partido)\b)[a-zá-ú]+(?:ad[oa]s?|id[oa]s?|ando|iendo)\b"
        ),
        dating=re.compile(
            r"(?:\A\s*|\b(?:el|en|el día|en el año|en el mes de|el año|la (?:mañana|tarde|noche)"
            r" del|la madrugada del)|[,(])\s*\Z"
        ),
        not_then=re.compile(
            r"\b(?:antes|después|tras|siguiente|\w*aniversario|\w*centenario|desde|conmemor\w+"
            r"|celebr\w+)\b",
            re.I,
        ),
        ages=(
            (
                re.compile(
                    rf"\b(?:a los|a la edad de|con|cumplidos (?:ya )?los) {_ES_NUMBER} años\b"
                    r"(?! (?:de|después|más tarde)\b)"
                ),
                0,
            ),
        ),
        ages_alone=((re.compile(rf"Tenía (?P<value>{_ES_NUMBER} años)[.,;]"), 0),),
        letters=re.compile(r"\b(?:cartas|correspondencia|epistolario)\b(?! a\b)", re.I),
        first_person=re.compile(r"\b(?:yo|mi|mis|me)\b", re.I),
    ),
}  # fmt: skip
