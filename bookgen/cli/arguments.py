"""Arguments and options that more than one command takes."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "FORMAT_NAMES",
    "LanguageName",
    "ModelName",
    "RequestsPerMinute",
    "SourcePaths",
    "Subject",
]

# As bookgen.export.formats has them, which takes longer to load than help should.
FORMAT_NAMES = "md,txt,html,epub,docx,pdf,csl,bib,zip"


class LanguageName(StrEnum):
    """The languages of `--language`, in the form that typer shows and checks."""

    en = "en"
    es = "es"


Subject = Annotated[
    str, typer.Argument(help="Whose life: a name, as the sources write it.", metavar="SUBJECT")
]
SourcePaths = Annotated[
    list[Path],
    typer.Option(
        metavar="PATH...",
        help="Files and folders to write from: txt, md, html, pdf. Several may follow.",
    ),
]
ModelName = Annotated[str, typer.Option(help="The model; else OPENROUTER_MODEL.", metavar="NAME")]
RequestsPerMinute = Annotated[
    float | None, typer.Option(help="What the provider allows; else calls adapt to its refusals.")
]
