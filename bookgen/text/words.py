"""Words of a text: as written, counted, and reduced to what carries meaning."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bookgen.models import Language

__all__ = ["STOP_WORDS", "content_words", "count_words", "fold_accents", "words"]

_WORD = re.compile(r"[^\W_]+(?:['’‑-][^\W_]+)*")
_CITATION = re.compile(r"\[@[^\]\s]+\]")


def words(text: str) -> list[str]:
    """Return the words as written, in order: letters and digits with inner apostrophes and
    hyphens. Punctuation, Markdown marks and citation markers are not words."""
    return _WORD.findall(_CITATION.sub(" ", text) if "[@" in text else text)


def count_words(text: str) -> int:
    """Return how many words the text has."""
    return len(words(text))


def content_words(text: str, language: Language) -> list[str]:
    """Return the words that carry meaning, in order: folded, without stop words, lightly stemmed.

    Case and accents do not tell words apart; a plural is its singular.
    """
    found = (_content_word(word, language) for word in words(text))
    return [word for word in found if word]


def fold_accents(text: str) -> str:
    """Return the text in lower case and without accents; an ñ is an n."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@lru_cache(maxsize=100_000)
def _content_word(word: str, language: Language) -> str:
    """Return the stem of a word, or "" for a stop word."""
    folded = fold_accents(word.replace("’", "'"))
    folded = folded.removesuffix("'s").removesuffix("'")
    if folded in STOP_WORDS[language] or (len(folded) < 2 and not folded.isdigit()):
        return ""
    return _singular(folded, language)


def _singular(word: str, language: Language) -> str:
    # Porter's stemmer cuts far more; this only joins the forms that a reader would call one word.
    if len(word) <= 3 or not word.endswith("s") or word.isdigit():
        return word
    if language == "es":
        if word.endswith("ces"):
            return word[:-3] + "z"
        if word.endswith("es") and len(word) > 5 and word[-3] in "dlnrsy":
            return word[:-2]
        return word[:-1]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if word.endswith(("ss", "us", "is")):
        return word
    return word[:-1]


# Function words; a contraction is listed as it is folded. Auxiliary verbs and the commonest
# adverbs are among them, since they tell nothing of what a sentence is about.
STOP_WORDS: dict[Language, frozenset[str]] = {
    "en": frozenset(
        """
        a about above after again against all almost alone along already also although
        always am among an and another any anything are aren't around as at away be became
        because become been before began being below between both but by came can can't
        cannot could couldn't did didn't do does doesn't doing don't down during each
        either else enough even ever every everything few first for from further gave get
        go got had hadn't has hasn't have haven't having he he'd he'll he's her here hers
        herself him himself his how however i i'd i'll i'm i've if in indeed into is isn't
        it it's its itself just last later least less let like made make many may me might
        mine more most much must my myself never no nor not nothing now of off often on
        once one only or other others ought our ours ourselves out over own perhaps quite
        rather said same say see seem seemed shall she she'd she's should shouldn't since
        so some something soon still such than that that's the their theirs them
        themselves then there there's therefore these they they'd they're this those
        though through thus till to together too took two under until up upon us very was
        wasn't we we'd we're we've well went were weren't what when where whether which
        while who whom whose why will with within without won't would wouldn't yet you
        you'd you're your yours yourself
        """.split()
    ),
    "es": frozenset(
        """
        a ademas ahi ahora al algo alguien algun alguna algunas alguno algunos alla alli
        ante antes apenas aquel aquella aquellas aquello aquellos aqui asi aun aunque bajo
        bastante bien cada casi como con contra cosa cual cuales cualquier cuando cuanto
        cuya cuyas cuyo cuyos de debe debia decia decir dejo del demas dentro desde
        despues dijo donde dos durante e el ella ellas ello ellos en encima entonces entre
        era eran eres es esa esas ese eso esos esta estaba estaban estado estan estar
        estas este esto estos estuvo fin fue fueron fuese ha habia habian habido haber
        hace hacen hacer hacia han hasta hay haya he hizo hubo iba incluso ir jamas junto
        la las le les lo los luego mas me medio mi mientras mio mis misma mismas mismo
        mismos mucha muchas mucho muchos muy nada nadie ni ningun ninguna ninguno no nos
        nosotros nuestra nuestras nuestro nuestros nunca o otra otras otro otros para
        parece pero poca pocas poco pocos podia poder por porque primera primero pronto
        pudo puede pueden pues que quien quienes quiso sea segun ser si sido siempre
        siendo sin sino sobre solo son su sus suya suyas suyo suyos tal tales tambien
        tampoco tan tanta tantas tanto tantos te tenia tener tiene tienen toda todas
        todavia todo todos tras tu tuvo u un una unas uno unos usted va vez y ya yo
        """.split()
    ),
}
