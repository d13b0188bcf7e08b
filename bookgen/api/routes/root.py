"""What the service says of itself: its name, its health, its figures."""

from __future__ import annotations

import time

from fastapi import APIRouter, Depends, Request, Response

from bookgen import __version__
from bookgen.api.deps import Open, require_key
from bookgen.api.openapi import answer, problems, texts
from bookgen.api.schemas.common import moment
from bookgen.api.schemas.service import (
    Alive,
    Configuration,
    Health,
    Info,
    Ready,
    Services,
    ServiceStatus,
)
from bookgen.jobs.order import BookOrder

__all__ = ["router"]

router = APIRouter(tags=["service"])


@router.get("/")
async def root(service: Open) -> Info:
    """Say what this is."""
    return Info(
        name="BookGen",
        version=__version__,
        status="running",
        environment=service.settings.environment,
    )


@router.get("/health")
async def health(request: Request) -> Health:
    """Say that the process answers. Needs no database, and is never limited."""
    settings = request.app.state.settings
    return Health(
        status="healthy",
        timestamp=moment(time.time()),
        environment=settings.environment,
        debug=settings.debug,
    )


@router.get("/livez")
async def livez() -> Alive:
    """Say that the process answers."""
    return Alive()


@router.get("/readyz", responses=problems(503))
async def readyz(service: Open) -> Ready:
    """Say that jobs can be taken: the store answers."""
    await service.store.claimable(1)
    return Ready()


@router.get("/api/v1/status", dependencies=[Depends(require_key)])
async def status(service: Open) -> ServiceStatus:
    """Say what the service is set to, and whether its worker works."""
    defaults = BookOrder("")
    model = service.settings.openrouter_model
    return ServiceStatus(
        api_version="v1",
        status="operational",
        services=Services(
            api="operational",
            worker="running" if await service.runner.is_running() else "stopped",
        ),
        configuration=Configuration(
            chapters=defaults.chapters,
            total_words=defaults.total_words,
            model=model if service.engine.provider.is_configured else "none: books are quoted",
        ),
    )


_EXAMPLE = """# HELP bookgen_jobs Jobs by status.
# TYPE bookgen_jobs gauge
bookgen_jobs{status="completed"} 12.0
"""


@router.get(
    "/metrics",
    response_class=Response,
    responses=answer(200, content=texts({"text/plain": _EXAMPLE})),
)
async def metrics(service: Open) -> Response:
    """Give all figures to Prometheus."""
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
