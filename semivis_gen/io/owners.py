"""Whose temporary files these are: a mark of process and machine, and whether that process is gone."""

from __future__ import annotations

import os
import socket
import zlib
from contextlib import suppress
from functools import cache
from pathlib import Path

__all__ = ["is_gone", "mark"]


def mark(process: int) -> str:
    """Word that stands for a process of this machine, such as `1f0c33a2-4711`."""
    return f"{_machine()}-{process}"


def is_gone(owner: str) -> bool:
    """Whether the process of a mark ran on this machine and does no more; any doubt says no."""
    machine, _, process = owner.partition("-")
    if machine != _machine() or not (process.isascii() and process.isdigit() and len(process) < 10):
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


@cache
def _machine() -> str:
    """Tells machines that share a disk apart, and containers, whose processes have numbers of their own."""
    space = 0
    with suppress(OSError):
        space = Path("/proc/self/ns/pid").stat().st_ino
    return f"{zlib.crc32(f'{socket.gethostname()} {space}'.encode()):08x}"
