"""The errors of asvwatch and the exit code that each one ends the command with.

AsvwatchError
├── ConfigError              2  wrong usage or configuration
└── MeasurementError         3  could not measure
    ├── BuildFailed             one commit does not build
    └── EnvironmentUnavailable  the environment of a series cannot be made here
"""

from __future__ import annotations

__all__ = [
    "AsvwatchError",
    "BuildFailed",
    "ConfigError",
    "EnvironmentUnavailable",
    "MeasurementError",
]


class AsvwatchError(Exception):
    """Anything that asvwatch reports in one line instead of a traceback."""

    exit_code = 3


class ConfigError(AsvwatchError):
    """A command, a configuration file or a repository that cannot be used as it is."""

    exit_code = 2


class MeasurementError(AsvwatchError):
    """Something could not be measured."""


class BuildFailed(MeasurementError):  # noqa: N818 - reads as what happened to a commit
    """`commit` (40 hex digits) could not be built or installed; `reason` is one line."""

    def __init__(self, commit: str, reason: str) -> None:
        super().__init__(commit, reason)
        self.commit = commit
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.commit[:8]} does not build: {self.reason}"


class EnvironmentUnavailable(MeasurementError):  # noqa: N818 - reads as a state
    """The environment `env` (asv's name) cannot be made here; `reason` is one line."""

    def __init__(self, env: str, reason: str) -> None:
        super().__init__(env, reason)
        self.env = env
        self.reason = reason

    def __str__(self) -> str:
        return f"environment {self.env}: {self.reason}"
