"""Progress bar on stderr, shown only for work that takes longer than a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["progress"]

QUIET_SECONDS = 1.0


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Give a function that is told how many more steps are done.

    Parameters
    ----------
    label : str
        What is being done.
    total : int
        Number of steps in all.

    Yields
    ------
    callable
        ``advance(steps)``.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    display = Progress(*columns, console=Console(stderr=True), transient=True)
    task = display.add_task(label, total=total)
    begin, started = time.monotonic(), False

    def advance(steps: int) -> None:
        nonlocal started
        display.update(task, advance=steps)
        if not started and time.monotonic() - begin > QUIET_SECONDS:
            display.start()
            started = True

    try:
        yield advance
    finally:
        if started:
            display.stop()
