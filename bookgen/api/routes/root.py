"""What the service says of itself: its name, its health, its figures."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter, Request, Response

from bookgen import __version__
from bookgen.api.deps import Open
from bookgen.api.schemas import moment
from bookgen.jobs.order import BookOrder

__all__ = ["router"]

router = APIRouter(tags=["service"])


@router.get("/")
async def root(service: Open) -> dict[str, str]:
    """Say what this is."""
    return {
        "name": "BookGen",
        "version": __version__,
        "status": "running",
        "environment": service.settings.environment,
    }


@router.get("/health")
async def health(request: Request) -> dict[str, Any]:
    """Say that the process answers. Needs no database, and is never limited."""
    settings = request.app.state.settings
    return {
        "status": "healthy",
        "timestamp": moment(time.time()),
        "environment": settings.environment,
        "debug": settings.debug,
    }


@router.get("/livez")
async def livez() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "alive"}


@router.get("/readyz", responses={503: {"description": "The store cannot be reached."}})
async def readyz(service: Open) -> dict[str, str]:
    """Say that jobs can be taken: the store answers."""
    await service.store.claimable(1)
    return {"status": "ready"}


@router.get("/api/v1/status")
async def status(service: Open) -> dict[str, Any]:
    """Say what the service is set to, and whether its worker works."""
    defaults = BookOrder("")
    return {
        "api_version": "v1",
        "status": "operational",
        "services": {
            "api": "operational",
            "worker": "running" if await service.runner.is_running() else "stopped",
        },
        "configuration": {
            "chapters": defaults.chapters,
            "total_words": defaults.total_words,
            "model": service.settings.openrouter_model
            if service.engine.provider.is_configured
            else "none: books are quoted",
        },
    }


@router.get("/metrics")
async def metrics(service: Open) -> Response:
    """Give all figures to Prometheus."""
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
