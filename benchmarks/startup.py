"""Start-up: what every command waits for, each time in a fresh process."""

from __future__ import annotations

import subprocess
import sys

from ._compat import find
from ._scenario import _Versioned, count_instructions
from ._service import served


class _Fresh(_Versioned):
    """A program in a Python that has loaded nothing yet."""

    number = 1
    repeat = (3, 20, 0.5)
    rounds = 2
    warmup_time = 0.0
    timeout = 300

    # A path for `_compat.find`: without it the program cannot run, and is skipped.
    needs = ""
    program = ""

    def setup(self):
        find(self.needs)

    def timeraw_run(self):
        return self.program

    def track_modules(self):
        """Return how many modules the program loads that Python alone does not."""
        counting = f"import sys; before = set(sys.modules)\n{self.program}\n"
        counting += "sys.stderr.write(str(len(set(sys.modules) - before)))"
        done = subprocess.run(
            [sys.executable, "-c", counting], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"the program ended with {done.returncode}: {done.stderr[-2000:]}")
        return int(done.stderr)

    track_modules.unit = "modules"

    def track_instructions(self):
        nothing, program = count_instructions("", self.program)
        return program - nothing

    track_instructions.unit = "instructions"


class ImportBookgen(_Fresh):
    """The package alone, which promises to be light."""

    needs = "bookgen:__version__"
    program = "import bookgen"


class ImportWriter(_Fresh):
    """All that writing a book needs."""

    needs = "bookgen.writers.extractive:ExtractiveWriter"
    program = "import bookgen.checks, bookgen.pipeline, bookgen.sources, bookgen.writers.extractive"


class ImportService(_Fresh):
    """All that the service needs."""

    needs = "bookgen.api.app:create_app"
    program = "import bookgen.api.app"
    # Under valgrind it takes minutes.
    track_instructions = None


class Version(_Fresh):
    """`bookgen --version`, as the command runs it."""

    needs = "bookgen.cli:main"
    program = """
import io, sys
import bookgen
from bookgen.cli import main
sys.argv = ["bookgen", "--version"]
printed = sys.stdout = io.StringIO()
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
finally:
    sys.stdout = sys.__stdout__
assert printed.getvalue().split() == ["bookgen", bookgen.__version__], printed.getvalue()
"""


class Server(_Versioned):
    """`bookgen serve` on an empty folder, until it is ready."""

    starts = 3
    timeout = 300

    def setup(self):
        find("bookgen.cli.serve:serve")

    def track_seconds_until_ready(self):
        """Return the seconds of the fastest of some starts."""
        seconds = []
        for _ in range(self.starts):
            with served() as (_, _, took):
                seconds.append(took)
        return min(seconds)

    track_seconds_until_ready.unit = "seconds"

    def track_resident_memory(self):
        """Return the bytes that the process holds once it is ready."""
        import psutil

        with served() as (_, process, _):
            return psutil.Process(process.pid).memory_info().rss

    track_resident_memory.unit = "bytes"
