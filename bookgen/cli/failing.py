"""What can go wrong, as a line on standard error and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from bookgen.errors import (
    BookgenError,
    BudgetError,
    ExportError,
    NoSourcesError,
    ProviderError,
    ReplyError,
    WriterError,
)

__all__ = ["FAILED", "plain_errors"]

FAILED, USAGE, INTERRUPTED = 1, 2, 130
_NOT_DONE = (NoSourcesError, WriterError, ProviderError, ReplyError, BudgetError, ExportError)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what can go wrong into a line on standard error and an exit code."""
    try:
        yield
    except KeyboardInterrupt:
        _fail("Interrupted.", INTERRUPTED)
    except _NOT_DONE as error:
        _fail(f"bookgen: {error}", FAILED)
    except BookgenError as error:
        _fail(f"bookgen: {error}", USAGE)
    except BrokenPipeError:
        raise
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        _fail(f"bookgen: {name}{error.strerror or error}", USAGE)


def _fail(message: str, code: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)
