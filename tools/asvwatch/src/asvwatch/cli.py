"""The command: `asvwatch check`, `asvwatch compare`, `asvwatch publish`."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

import asvwatch
from asvwatch import check, comparing, config, loading, measuring, publishing, report
from asvwatch.errors import AsvwatchError
from asvwatch.model import Budget, History
from asvwatch.verdict import Verdict

__all__ = ["main"]

_EPILOG = (
    """exit codes: 0 clean, 1 regressed, 2 wrong usage or configuration, 3 could not measure"""
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        code = options.run(options)
    except AsvwatchError as error:
        _log(f"asvwatch: {error}")
        return error.exit_code
    except OSError as error:
        _log(f"asvwatch: {error}")
        return AsvwatchError.exit_code
    except KeyboardInterrupt:
        _log("asvwatch: interrupted; what was built is kept, the next run goes on from there")
        return 130
    return int(code)


def _check(options: argparse.Namespace) -> int:
    settings = config.load(options.config)
    loaded = loading.load(
        settings,
        last=options.last,
        commits=options.range,
        machine=options.machine,
        bench=options.bench,
    )
    budget = Budget(deadline=time.monotonic() + options.budget)
    with contextlib.ExitStack() as resources:
        measurer = None
        if options.confirm and check.suspicions(loaded.stored, loaded.window):
            measurer = resources.enter_context(
                measuring.measurer(settings, loaded.history, budget, _log)
            )
        verdict = check.check(
            settings,
            loaded.stored,
            loaded.window,
            measurer,
            confirmed=options.confirm,
            budget=budget,
            log=_log,
            notes=loaded.notes,
        )
    _tell(verdict, loaded.history, options)
    return verdict.exit_code


def _compare(options: argparse.Namespace) -> int:
    settings = config.load(options.config)
    verdict, history = comparing.compare(
        settings,
        options.base,
        options.head,
        bench=options.bench,
        budget=Budget(deadline=time.monotonic() + options.budget),
        log=_log,
    )
    _tell(verdict, history, options)
    return verdict.exit_code


def _publish(options: argparse.Namespace) -> int:
    page = publishing.publish(config.load(options.config), options.verdict, log=_log)
    sys.stdout.write(f"{page}\n")
    return 0


def _tell(verdict: Verdict, history: History, options: argparse.Namespace) -> None:
    """The table for the reader; files, and with `-` standard output, for machines."""
    to_stdout = "-" in (str(options.json), str(options.markdown))
    console = Console(stderr=to_stdout, highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, 120)
    report.to_terminal(verdict, history, console)
    if options.json is not None:
        text = json.dumps(verdict.to_json(), indent=1, allow_nan=False, ensure_ascii=False)
        _write(options.json, text + "\n")
    if options.markdown is not None:
        _write(options.markdown, report.markdown(verdict, history))


def _write(file: Path, text: str) -> None:
    """Write a file as a whole or not at all."""
    if str(file) == "-":
        sys.stdout.write(text)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        temporary.chmod(0o644)
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _log(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _duration(text: str) -> float:
    """Seconds of `90s`, `20m`, `1.5h` or a plain number of seconds."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration such as 90s, 20m or 2h")
    return float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2]]


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="asvwatch",
        description="Says which commit made an asv benchmark slower or bigger.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"asvwatch {asvwatch.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    everywhere = argparse.ArgumentParser(add_help=False)
    everywhere.add_argument(
        "--config",
        type=Path,
        default=Path("asv.conf.json"),
        metavar="FILE",
        help="asv's configuration (asv.conf.json)",
    )
    measures = argparse.ArgumentParser(add_help=False)
    measures.add_argument("--bench", metavar="REGEX", help="only benchmarks whose name matches")
    measures.add_argument(
        "--budget",
        type=_duration,
        default=_duration("20m"),
        metavar="TIME",
        help="measure no longer than this, the most suspicious first (20m)",
    )
    measures.add_argument(
        "--json", type=Path, metavar="FILE", help="write the verdict, - for stdout"
    )
    measures.add_argument(
        "--markdown", type=Path, metavar="FILE", help="write a report, - for stdout"
    )

    command = commands.add_parser(
        "check", parents=[everywhere, measures], help="find what got worse", epilog=_EPILOG
    )
    part = command.add_mutually_exclusive_group()
    part.add_argument("--last", type=_positive, metavar="N", help="the latest N commits")
    part.add_argument("--range", metavar="A..B", help="the commits behind A up to B")
    command.add_argument("--machine", metavar="NAME", help="asv's name of another machine")
    command.add_argument(
        "--no-confirm",
        dest="confirm",
        action="store_false",
        help="measure nothing: noisy suspicions are listed as undecided",
    )
    command.set_defaults(run=_check)

    command = commands.add_parser(
        "compare",
        parents=[everywhere, measures],
        help="measure two commits in turn",
        epilog=_EPILOG,
    )
    command.add_argument("base", metavar="BASE")
    command.add_argument("head", metavar="HEAD")
    command.set_defaults(run=_compare)

    command = commands.add_parser(
        "publish", parents=[everywhere], help="run asv publish, and add the page of findings"
    )
    command.add_argument(
        "--verdict",
        type=Path,
        metavar="FILE",
        help="what `check --json FILE` wrote; without it the history alone is looked at",
    )
    command.set_defaults(run=_publish)
    return parser
