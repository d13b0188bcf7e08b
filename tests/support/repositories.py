"""git, by somebody who has a name."""

import subprocess

WHO = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")


def git(folder, *arguments):
    """Return what a command prints. Raises CalledProcessError."""
    done = subprocess.run(
        ["git", *WHO, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
