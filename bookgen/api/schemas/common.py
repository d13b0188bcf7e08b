"""What the bodies share: kinds of text, times, and the job that the examples tell of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, Field

__all__ = ["EXAMPLE_JOB", "Moment", "Text", "Url", "moment"]

EXAMPLE_JOB = "3f1c2b7e-9a54-4c1d-8e3b-5d2f6a7b8c90"


def moment(seconds: float) -> str:
    """Return a time, in seconds since 1970, as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _printable(text: str) -> str:
    stripped = text.strip()
    if not stripped:
        raise ValueError("it must not be blank")
    if not all(character.isprintable() for character in stripped):
        raise ValueError("it must not hold control characters")
    return stripped


def _web_url(url: str) -> str:
    if not url.lower().startswith(("http://", "https://")) or not url.isprintable():
        raise ValueError("it must be an http or https URL")
    return url


Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Text = Annotated[str, AfterValidator(_printable)]
Url = Annotated[str, Field(max_length=2048), AfterValidator(_web_url)]
