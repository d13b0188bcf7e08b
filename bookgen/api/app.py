"""Puts the application together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from bookgen import __version__
from bookgen.api.clients import ApiKeys, TrustedProxies
from bookgen.api.edge import Edge
from bookgen.api.metrics import Metrics
from bookgen.api.openapi import DocumentedApp
from bookgen.api.problems import add_handlers
from bookgen.api.ratelimit import RateLimiter
from bookgen.api.routes import biographies, root, sources
from bookgen.api.service import opened
from bookgen.settings import Settings

__all__ = ["create_app"]


def create_app(settings: Settings, *, access_log: bool = False) -> FastAPI:
    """Return the application. Raises InputError for settings that do not hold."""
    metrics = Metrics()
    keys = ApiKeys(settings.bookgen_api_keys)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(settings, metrics) as service:
            app.state.service = service
            yield

    app = DocumentedApp(
        title="BookGen",
        summary="Writes long biographies from sources, with citations that hold.",
        version=__version__,
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.settings = settings
    app.state.keys = keys
    add_handlers(app)
    app.include_router(root.router)
    app.include_router(biographies.router)
    app.include_router(sources.router)
    origins = [part.strip() for part in settings.bookgen_cors_origins.split(",") if part.strip()]
    if origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=origins, allow_methods=["*"], allow_headers=["*"]
        )
    app.add_middleware(
        Edge,
        limiter=RateLimiter(settings.rate_limit_per_minute),
        keys=keys,
        proxies=TrustedProxies(settings.bookgen_trusted_proxies),
        metrics=metrics,
        max_body=settings.bookgen_max_body,
        access_log=access_log,
    )
    return app
