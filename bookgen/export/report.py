"""Renders what is known about a finished book as JSON, for machines."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from bookgen import __version__
from bookgen.models import Biography, Brief, Report

__all__ = ["report_json"]


def report_json(brief: Brief, report: Report, book: Biography | None = None) -> str:
    """Return the report, and where the texts of a `book` came from that a model wrote, as JSON."""
    values: dict[str, Any] = {
        "schema": 1,
        "bookgen": __version__,
        "asked": asdict(brief),
        "passed": all(result.passed for result in report.checks),
        **asdict(report),
    }
    provenance = [
        {"chapter": one.chapter, "section": one.number, **asdict(one.provenance)}
        for one in (book.parts if book else ())
        if one.provenance is not None
    ]
    if provenance:
        values["provenance"] = provenance
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"
