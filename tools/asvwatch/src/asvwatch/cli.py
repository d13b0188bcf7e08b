"""The command and its subcommands: check, compare, bisect, publish, report, accept."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

import asvwatch
from asvwatch import (
    accepting,
    bisecting,
    check,
    comparing,
    config,
    files,
    gitlog,
    loading,
    measuring,
    publishing,
    reading,
    report,
)
from asvwatch.config import Config
from asvwatch.errors import AsvwatchError
from asvwatch.files import named, write_whole
from asvwatch.formats import FORMATS
from asvwatch.model import History
from asvwatch.verdict import Verdict
from asvwatch.words import change, plain

__all__ = ["main"]

_OUTPUT = "standard output"
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
        _log(f"asvwatch: {files.told(error)}")
        if error.filename == _OUTPUT:
            _give_up_output()
        return AsvwatchError.exit_code
    except KeyboardInterrupt:
        _log("asvwatch: interrupted; the same command goes on from what was built and measured")
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
    with contextlib.ExitStack() as resources:
        measurer = None
        if options.confirm and check.suspicions(loaded.stored, loaded.window):
            measurer = resources.enter_context(
                measuring.measurer(settings, loaded.history, options.budget, _log)
            )
        told = check.check(
            settings,
            loaded.stored,
            loaded.window,
            measurer,
            confirmed=options.confirm,
            budget=measurer.budget if measurer else check.UNBOUNDED,
            log=_log,
            notes=loaded.notes,
        )
        _tell(told, loaded.history, settings, options)
        last = accepting.last_verdict(settings)
        write_whole(last, FORMATS["json"](told, loaded.history, settings.shown))
    return told.exit_code


def _compare(options: argparse.Namespace) -> int:
    settings = config.load(options.config)
    told = comparing.compare(
        settings,
        options.base,
        options.head,
        bench=options.bench,
        thorough=options.thorough,
        seconds=options.budget,
        log=_log,
        tell=lambda told, history: _tell(told, history, settings, options),
    )
    return told.exit_code


def _bisect(options: argparse.Namespace) -> int:
    settings = config.load(options.config)
    told = bisecting.bisect(
        settings,
        options.benchmark,
        options.good,
        options.bad,
        seconds=options.budget,
        log=_log,
        tell=lambda told, history: _tell(told, history, settings, options),
    )
    return told.exit_code


def _publish(options: argparse.Namespace) -> int:
    page = publishing.publish(config.load(options.config), options.verdict, log=_log)
    _write(Path("-"), f"{page}\n")
    return 0


def _report(options: argparse.Namespace) -> int:
    settings = config.load(options.config)
    told = reading.read(options.verdict)
    history = gitlog.read(settings.git_dir, loading.known_tip(settings, told.tip))
    _write(Path("-"), FORMATS[options.format](told, history, settings.shown))
    return 0


def _accept(options: argparse.Namespace) -> int:
    settings = config.load(options.config)
    finding = accepting.accept(settings, options.verdict, options.fingerprint, options.reason)
    _write(Path("-"), f"accepted: {plain(finding.label)} {change(finding)}\n")
    return 0


def _tell(told: Verdict, history: History, settings: Config, options: argparse.Namespace) -> None:
    """The table for the reader; files, and with `-` standard output, for machines."""
    to_stdout = "-" in (str(options.json), str(options.markdown))
    console = Console(stderr=to_stdout, highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, 120)
    with named(_OUTPUT):
        report.to_terminal(told, history, console)
    for name in ("json", "markdown"):
        file = getattr(options, name)
        if file is not None:
            _write(file, FORMATS[name](told, history, settings.shown))


def _write(file: Path, text: str) -> None:
    if str(file) == "-":
        with named(_OUTPUT):
            sys.stdout.write(text)
            sys.stdout.flush()
    else:
        write_whole(file, text)


def _give_up_output() -> None:
    """Nobody takes it: a full disk, or a pipe whose reader went away. At its end Python would try
    once more, and fail with an exit code of its own."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


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
    chooses = argparse.ArgumentParser(add_help=False)
    chooses.add_argument("--bench", metavar="REGEX", help="only benchmarks whose name matches")
    measures = argparse.ArgumentParser(add_help=False)
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
        "check", parents=[everywhere, chooses, measures], help="find what got worse", epilog=_EPILOG
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
        parents=[everywhere, chooses, measures],
        help="measure two commits in turn",
        epilog=_EPILOG,
    )
    command.add_argument("base", metavar="BASE")
    command.add_argument("head", metavar="HEAD")
    command.add_argument(
        "--thorough",
        action="store_true",
        help="time also benchmarks that run the same code at both commits",
    )
    command.set_defaults(run=_compare)

    command = commands.add_parser(
        "bisect",
        parents=[everywhere, measures],
        help="find the first bad commit of one benchmark",
        epilog=_EPILOG,
    )
    command.add_argument("benchmark", metavar="BENCHMARK", help="with its parameters, if any")
    command.add_argument("good", metavar="GOOD")
    command.add_argument("bad", metavar="BAD")
    command.set_defaults(run=_bisect)

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
    command = commands.add_parser(
        "report", parents=[everywhere], help="print a verdict for another program"
    )
    command.add_argument("verdict", type=Path, metavar="FILE", help="what `check --json` wrote")
    command.add_argument(
        "--format", choices=list(FORMATS), default="markdown", help="of the report (markdown)"
    )
    command.set_defaults(run=_report)

    command = commands.add_parser(
        "accept", parents=[everywhere], help="take a regression on purpose: add to accepted.toml"
    )
    command.add_argument("fingerprint", metavar="FINGERPRINT", help="as the report tells it")
    command.add_argument("--reason", required=True, metavar="TEXT", help="why")
    command.add_argument(
        "--verdict",
        type=Path,
        metavar="FILE",
        help="what `check --json` wrote; else the last one",
    )
    command.set_defaults(run=_accept)
    return parser
