"""Asks a public API, and holds its answer to the form that is known of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, ValidationError

from bookgen.errors import SourceError
from bookgen.sources.fetch import Fetcher

__all__ = ["Reply", "ask"]


class Reply(BaseModel):
    """Part of an answer. What is not asked for may come and go."""

    model_config = ConfigDict(extra="ignore", frozen=True)


ReplyType = TypeVar("ReplyType", bound=Reply)


async def ask(
    fetcher: Fetcher, form: type[ReplyType], url: str, parameters: Sequence[tuple[str, Any]]
) -> ReplyType:
    """Return the answer to a GET. Raises SourceError where there is none of the form."""
    page = await fetcher.get(f"{url}?{urlencode(parameters)}", is_api=True)
    try:
        return await asyncio.to_thread(form.model_validate_json, page.body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "as a whole"
        raise SourceError(
            url, f"its answer is not of the form that is known ({where}: {first['msg']})."
        ) from error
