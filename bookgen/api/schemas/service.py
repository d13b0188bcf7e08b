"""What the service says of itself."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from bookgen.api.schemas.common import Moment

__all__ = [
    "Alive",
    "Configuration",
    "Health",
    "Info",
    "Ready",
    "ServiceStatus",
    "Services",
]


class Info(BaseModel):
    """What this is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "BookGen",
                    "version": "0.1.0",
                    "status": "running",
                    "environment": "production",
                }
            ]
        }
    )

    name: str
    version: str
    status: Literal["running"]
    environment: str


class Health(BaseModel):
    """The process answers."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "status": "healthy",
                    "timestamp": "2026-03-01T12:00:00.250000+00:00",
                    "environment": "production",
                    "debug": False,
                }
            ]
        }
    )

    status: Literal["healthy"]
    timestamp: Moment
    environment: str
    debug: bool


class Alive(BaseModel):
    """The process answers."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "alive"}]})

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """Jobs can be taken."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ready"}]})

    status: Literal["ready"] = "ready"


class Services(BaseModel):
    """Whether the API answers, and whether anybody writes jobs."""

    api: Literal["operational"]
    worker: Literal["running", "stopped"]


class Configuration(BaseModel):
    """What an order gets that asks for nothing else."""

    chapters: int
    total_words: int
    model: str


class ServiceStatus(BaseModel):
    """What the service is set to, and whether its worker works."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "api_version": "v1",
                    "status": "operational",
                    "services": {"api": "operational", "worker": "running"},
                    "configuration": {
                        "chapters": 20,
                        "total_words": 51_000,
                        "model": "openrouter/auto",
                    },
                }
            ]
        }
    )

    api_version: Literal["v1"]
    status: Literal["operational"]
    services: Services
    configuration: Configuration
