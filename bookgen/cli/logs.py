"""What the long-running commands log, on standard error: lines for people on a terminal, a JSON
object a line elsewhere."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from structlog.typing import Processor, WrappedLogger

    from bookgen.settings import Settings

__all__ = ["configure_logs"]

_HIDDEN = "***"
# The credentials of a request, and of a database's URL, wherever they stand in a line.
_CREDENTIALS = re.compile(
    r"(?i)(\bbearer\s+|\bauthorization\W+(?:\w+\s+)?|\bx-api-key\W+)[\w.~+/=-]+"
)
_IN_URL = re.compile(r"""(?<=://)[^/\s@"'\\]+@""")


def configure_logs(settings: Settings) -> None:
    """Let everything that is logged from now on, by the libraries as well, go to standard error in
    one form. No key of the settings is in it, and no credentials of a request."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(on_terminal=sys.stderr.isatty()),
                _Hiding(_secrets(settings)),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # Our own: those of libraries are warnings and above.
    logging.getLogger("bookgen").setLevel(logging.INFO)


def _rendering(*, on_terminal: bool) -> list[Processor]:
    # Tracebacks are without the values of variables: these may hold a key.
    if on_terminal:
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(exception_formatter=plain)]
    return [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]


def _secrets(settings: Settings) -> Iterable[str]:
    key = settings.openrouter_api_key
    if key is not None and key.get_secret_value().strip():
        yield key.get_secret_value().strip()


class _Hiding:
    """The last processor: takes a rendered line, and gives it without what must not be told."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(secrets)

    def __call__(self, _logger: WrappedLogger, _method: str, line: Any) -> str:
        text = _IN_URL.sub(f"{_HIDDEN}@", _CREDENTIALS.sub(rf"\1{_HIDDEN}", str(line)))
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return text
