"""Progress bar on stderr, shown only for work that takes longer than a second."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Steps", "progress"]

QUIET_SECONDS = 1.0


class Steps:
    """Told how many more steps are done, it shows them."""

    def __init__(self, display: Progress, task: TaskID, total: int) -> None:
        self.display, self.task, self.total = display, task, total
        self.begin, self.started = time.monotonic(), False

    def __call__(self, steps: int) -> None:
        """So many more are done."""
        self.display.update(self.task, advance=steps)
        if not self.started and time.monotonic() - self.begin > QUIET_SECONDS:
            self.display.start()
            self.started = True

    def enlarge(self, steps: int) -> None:
        """So many more are to be done."""
        self.total += steps
        self.display.update(self.task, total=self.total)


@contextmanager
def progress(label: str, total: int) -> Iterator[Steps]:
    """Give an object that is told how many more steps are done.

    Parameters
    ----------
    label : str
        What is being done.
    total : int
        Number of steps in all.

    Yields
    ------
    Steps
        ``advance(steps)``.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    display = Progress(*columns, console=Console(stderr=True), transient=True)
    task = display.add_task(label, total=total)
    steps = Steps(display, task, total)
    try:
        yield steps
    finally:
        if steps.started:
            display.stop()
