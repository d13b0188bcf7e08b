#!/usr/bin/env bash
# Runs a sample of every part of the performance work, and fails if one is missing, skipped or
# measured nothing. It takes about a minute; the whole parts are targets of make.
set -euo pipefail
cd "$(dirname "$0")"
make --silent .venv/ready
python=.venv/bin/python
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

part() { printf '\n%s\n' "$1"; }

# $1: a JUnit file; $2: how many tests must have passed. Skipped ones count as failures.
all_passed() {
    "$python" - "$1" "$2" <<'PYTHON'
import sys
import xml.etree.ElementTree as ElementTree

suite = ElementTree.parse(sys.argv[1]).getroot().find("testsuite")
told = {name: int(suite.get(name)) for name in ("tests", "skipped", "failures", "errors")}
if told != {"tests": int(sys.argv[2]), "skipped": 0, "failures": 0, "errors": 0}:
    sys.exit(f"{sys.argv[2]} tests should have run and passed, these did: {told}")
PYTHON
}

part "tests/performance: every endpoint, measured"
"$python" -m pytest tests/performance --benchmark-only --benchmark-json="$work/benchmark.json" \
    --junit-xml="$work/performance.xml" -k "not cold_start"
all_passed "$work/performance.xml" 11
"$python" - "$work/benchmark.json" <<'PYTHON'
import json
import sys

measured = json.load(open(sys.argv[1]))["benchmarks"]
if len(measured) != 11 or not all(one["stats"]["mean"] > 0 for one in measured):
    sys.exit(f"11 benchmarks should have been measured, {len(measured)} were")
PYTHON

part "tests/stress: a burst, the rate limit, the recovery"
"$python" -m pytest tests/stress --junit-xml="$work/stress.xml" \
    -k "rapid_fire or rate_limiting or invalid_requests"
all_passed "$work/stress.xml" 3

part "tests/load: ten users for five seconds"
"$python" scripts/load.py --users 10 --seconds 5

part "scripts/profile_memory.py"
"$python" scripts/profile_memory.py --quick --concurrent-users 2

part "scripts/benchmark_generation.py"
"$python" scripts/benchmark_generation.py --quick --chapters 1

part "cProfile"
"$python" -m cProfile -o "$work/profile.stats" -m bookgen write "Ada Lovelace" --quote \
    --sources examples/ada-lovelace --words 2000 --chapters 2 --out "$work/ada" >/dev/null 2>&1
"$python" -c 'import pstats, sys; sys.exit(pstats.Stats(sys.argv[1]).total_calls < 100_000)' \
    "$work/profile.stats"

printf '\nEvery part ran and measured.\n'
