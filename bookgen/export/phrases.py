"""The fixed words of a book's pages, for each language."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bookgen.models import Language

__all__ = ["PHRASES", "TOLD", "Phrases"]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Words in braces are filled in: `{name}`. A `_one` form is for the number one."""

    subtitle: str
    drawn_from: str
    drawn_from_one: str
    written_by: str
    contents: str
    prologue: str
    epilogue: str
    chapter: str
    timeline: str
    glossary: str
    told_in: str
    bibliography: str
    not_quoted: str
    licence: str
    file: str
    about: str
    words: str
    words_of_asked: str
    chapters: str
    citations: str
    coverage: str
    coverage_value: str
    shortfall: str
    contradiction: str
    unread: str
    notes: str
    note: str
    paragraph: str
    quoted: str
    back: str
    skip: str


PHRASES: dict[Language, Phrases] = {
    "en": Phrases(
        subtitle="A life in the words of its sources",
        drawn_from="Drawn from {count} sources",
        drawn_from_one="Drawn from one source",
        written_by="Written by bookgen {version}",
        contents="Contents",
        prologue="Prologue",
        epilogue="Epilogue",
        chapter="Chapter {number}",
        timeline="Timeline",
        glossary="Glossary",
        told_in="Told in chapter {number}, “{title}”.",
        bibliography="Bibliography",
        not_quoted="Read, but not quoted:",
        licence="Licence",
        file="File",
        about="About this book",
        words="Words",
        words_of_asked="{written} of the {asked} asked for",
        chapters="Chapters",
        citations="Citations",
        coverage="Coverage",
        coverage_value="{share} of the sentences stand word for word in a passage they cite",
        shortfall="Shortfall",
        contradiction="The sources disagree",
        unread="Could not be read",
        notes="Notes",
        note="Note {number}",
        paragraph="par. {number}",
        quoted="“{text}”",
        back="Back to the text",
        skip="Skip to the text",
    ),
    "es": Phrases(
        subtitle="Una vida en palabras de sus fuentes",
        drawn_from="A partir de {count} fuentes",
        drawn_from_one="A partir de una fuente",
        written_by="Escrito por bookgen {version}",
        contents="Índice",
        prologue="Prólogo",
        epilogue="Epílogo",
        chapter="Capítulo {number}",
        timeline="Cronología",
        glossary="Glosario",
        told_in="Se cuenta en el capítulo {number}, «{title}».",
        bibliography="Bibliografía",
        not_quoted="Leídas, pero no citadas:",
        licence="Licencia",
        file="Archivo",
        about="Sobre este libro",
        words="Palabras",
        words_of_asked="{written} de las {asked} pedidas",
        chapters="Capítulos",
        citations="Citas",
        coverage="Cobertura",
        coverage_value="El {share} de las frases está al pie de la letra en un pasaje que citan",
        shortfall="Lo que falta",
        contradiction="Las fuentes discrepan",
        unread="No se pudo leer",
        notes="Notas",
        note="Nota {number}",
        paragraph="párr. {number}",
        quoted="«{text}»",
        back="Volver al texto",
        skip="Saltar al texto",
    ),
}

# Of a book that a model wrote: it tells what its sources say in words of its own.
TOLD: dict[Language, Phrases] = {
    "en": replace(
        PHRASES["en"],
        subtitle="A life told from its sources",
        written_by="Written by bookgen {version} with {models}",
        coverage_value="{share} of the sentences hold in a passage they cite: all of their dates, "
        "numbers and names, or word for word where they are quoted",
    ),
    "es": replace(
        PHRASES["es"],
        subtitle="Una vida contada desde sus fuentes",
        written_by="Escrito por bookgen {version} con {models}",
        coverage_value="El {share} de las frases se sostiene en un pasaje que citan: con todas sus "
        "fechas, cifras y nombres, o al pie de la letra si son citas",
    ),
}
