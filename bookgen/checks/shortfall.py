"""Says by how much, and why, a book is shorter than it was asked to be."""

from __future__ import annotations

from collections.abc import Mapping

from bookgen.models import Brief, Corpus, Language, Passage
from bookgen.text.formats import format_number, format_share
from bookgen.text.words import count_words

__all__ = ["explain_shortfall"]

# Sections end with a whole quotation, so that a book that has enough still ends a little short.
_TOLERANCE = 0.05

_TEXTS: dict[Language, tuple[str, str]] = {
    "en": (
        "The sources carry {written} of the {asked} words asked for ({share}). They hold {held} "
        "words, of which {quoted} stand in paragraphs that are quoted here.",
        " The rest repeats what is told already, cannot be read without what is left out, or is "
        "not about {subject}: nothing was left to quote.",
    ),
    "es": (
        "Las fuentes dan para {written} de las {asked} palabras pedidas ({share}). Contienen "
        "{held} palabras, de las que {quoted} están en párrafos citados aquí.",
        " El resto repite lo ya contado, no se entiende sin lo que se deja fuera o no trata de "
        "{subject}: no quedaba nada más que citar.",
    ),
}


def explain_shortfall(
    brief: Brief, written: int, cited: Mapping[str, Passage], corpus: Corpus
) -> str:
    """Return, in the book's language, how many of the words asked for were written and what the
    sources hold; empty where at most 5 % are missing. `cited` are the passages that are quoted."""
    if written >= (1 - _TOLERANCE) * brief.words:
        return ""
    number = {
        "written": written,
        "asked": brief.words,
        "held": sum(count_words(passage.text) for passage in corpus.passages),
        "quoted": sum(count_words(passage.text) for passage in cited.values()),
    }
    all_told, rest = _TEXTS[brief.language]
    text = all_told + rest if number["quoted"] < number["held"] else all_told
    return text.format(
        **{name: format_number(value, brief.language) for name, value in number.items()},
        share=format_share(written / brief.words, brief.language),
        subject=brief.subject,
    )
