"""Takes a regression that a verdict names into accepted.toml."""

from __future__ import annotations

from pathlib import Path

from asvwatch import accepted, reading
from asvwatch.accepted import Accepted
from asvwatch.config import Config
from asvwatch.errors import ConfigError
from asvwatch.verdict import Finding

__all__ = ["accept", "last_verdict"]


def last_verdict(config: Config) -> Path:
    """Where `asvwatch check` keeps what it said last."""
    return config.env_dir / "asvwatch" / "verdict.json"


def accept(config: Config, file: Path | None, fingerprint: str, reason: str) -> Finding:
    """Accept the regression of this fingerprint in the verdict `file`, else in the last one, and
    return it. Raises ConfigError for one that is not there or is accepted already."""
    if not reason.strip():
        raise ConfigError("--reason must say why the regression is taken; it is shown to readers")
    file = file or last_verdict(config)
    if not file.exists():
        raise ConfigError(f"{file} does not exist; run `asvwatch check` first, or name --verdict")
    told = reading.read(file)
    matching = [one for one in told.regressions if one.fingerprint == fingerprint]
    if not matching:
        known = ", ".join(one.fingerprint for one in told.regressions) or "none"
        raise ConfigError(f"{file} names no regression {fingerprint!r} (it names: {known})")
    finding = matching[0]
    if finding.accepted is not None:
        raise ConfigError(f"{fingerprint} is accepted already: {finding.accepted}")
    entry = Accepted(finding.label, finding.commit or finding.range[1], reason.strip())
    accepted.add(config.benchmark_dir / accepted.ACCEPTED_FILE, entry)
    return finding
