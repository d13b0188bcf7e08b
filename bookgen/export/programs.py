"""Finds and runs what books are converted with: pandoc, and Typst in a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

from bookgen.errors import ExportError

__all__ = ["SECONDS", "has_pandoc", "has_typst", "pandoc", "run", "typst"]

# A PDF of 200,000 words took 18 of them, on two cores that others used as well.
SECONDS = 120.0
_PANDOC = "pandoc.exe" if os.name == "nt" else "pandoc"
_TYPESETTING = Path(__file__).with_name("typesetting.py")
_LONGEST_REASON = 300


def has_pandoc() -> bool:
    """Whether the pandoc of the extra `export` is installed."""
    return _pandoc() is not None


def has_typst() -> bool:
    """Whether the Typst of the extra `export` is installed."""
    return _spec("typst") is not None


async def pandoc(tree: bytes, form: str, *options: str) -> bytes:
    """Return the file that pandoc makes of a tree in its JSON. Raises ExportError.

    In its sandbox it reads no file and fetches nothing, and the time is always the same: the first
    second of 1970.
    """
    path = _pandoc()
    if path is None:
        raise ExportError(form, "pandoc is not installed")
    command = [str(path), "--from=json", f"--to={form}", "--sandbox", *options, "--output=-"]
    return await run(command, tree, "pandoc", form)


async def typst(tree: bytes) -> bytes:
    """Return the PDF that Typst sets of a tree in pandoc's JSON. Raises ExportError."""
    # With -P the modules beside the program do not stand in for others of the same names.
    return await run([sys.executable, "-P", str(_TYPESETTING)], tree, "typst", "pdf")


async def run(
    command: Sequence[str], given: bytes, name: str, form: str, seconds: float = SECONDS
) -> bytes:
    """Return what a program writes, given its input.

    It leaves no file behind, and is ended where it takes longer or the caller is cancelled. Raises
    ExportError where it fails, which calls the program by `name` and what it was to make `form`.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
    except OSError as error:
        raise ExportError(form, f"{name} cannot be run: {error.strerror}") from error
    try:
        async with asyncio.timeout(seconds):
            made, told = await process.communicate(given)
    except TimeoutError:
        raise ExportError(form, f"{name} took longer than {seconds:g} seconds") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        # The last line is the reason; those before it may tell of the machine.
        lines = told.decode(errors="replace").strip().splitlines() or ["it gave no reason"]
        reason = lines[-1].strip()[:_LONGEST_REASON].rstrip(".")
        raise ExportError(form, f"{name} ended with {process.returncode}: {reason}")
    return made


def _pandoc() -> Path | None:
    """Return the path of the program that pypandoc-binary brings along: importing it to ask would
    take longer than some books."""
    spec = _spec("pypandoc")
    path = Path(spec.origin).parent / "files" / _PANDOC if spec and spec.origin else None
    return path if path and path.is_file() else None


def _spec(module: str) -> ModuleSpec | None:
    try:
        return find_spec(module)
    except (ImportError, ValueError):
        return None
