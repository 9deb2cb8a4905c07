"""Things by name that other packages may add to: processes, scenarios, geometries, requirements, studies.

A package adds to a registry in one of two ways: by calling `register` when it is imported, or, so that nobody has to
import it, by an entry point in the registry's group, which is loaded when its name is asked for:

    [project.entry-points."semivis.production"]
    my_process = "my_package.module:MyProcess"

Worker processes and clusters import packages anew: only entry points are known there. What this project adds itself
stands as entry points in its own pyproject.toml, which a checkout reads where it lies: installed metadata may be
absent, or older than the files.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator
from functools import cache, cached_property
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Generic, TypeVar

from semivis_gen.errors import ParameterError

__all__ = ["Registry"]

T = TypeVar("T")


@cache
def _checkout() -> dict[str, dict[str, str]]:
    """Entry points of this checkout, by group and name; none where the packages are installed."""
    path = Path(__file__).resolve().parents[1] / "pyproject.toml"
    if not path.is_file():
        return {}
    project: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")).get("project", {})
    points: dict[str, dict[str, str]] = project.get("entry-points", {}) if project.get("name") == "semivis" else {}
    return points


class Registry(Generic[T]):
    """Named things of one kind: those that were added, in that order, then entry points, the project's own first.

    Parameters
    ----------
    kind : str
        What they are, for messages: "production process".
    group : str
        Entry point group.

    Examples
    --------
    >>> numbers = Registry("number", "semivis.numbers")
    >>> numbers.register("two", 2)
    2
    >>> numbers["two"], list(numbers)
    (2, ['two'])
    """

    def __init__(self, kind: str, group: str) -> None:
        self.kind, self.group = kind, group
        self._known: dict[str, T] = {}

    @cached_property
    def _points(self) -> dict[str, EntryPoint]:
        own = {name: EntryPoint(name, value, self.group) for name, value in _checkout().get(self.group, {}).items()}
        return own | {point.name: point for point in entry_points(group=self.group) if point.name not in own}

    def register(self, name: str, item: T) -> T:
        """Add a thing.

        Parameters
        ----------
        name : str
            Its name.
        item : object
            The thing.

        Returns
        -------
        object
            The thing.

        Raises
        ------
        ParameterError
            Where the name is taken by something else.
        """
        if self._known.setdefault(name, item) is not item:
            msg = f"there is a {self.kind} {name!r} already ({self._known[name]}): choose another name"
            raise ParameterError(msg)
        return item

    def forget(self, name: str) -> None:
        """Take a thing out again, as tests do."""
        self._known.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        """Names, in an order that does not depend on which entry points were loaded already."""
        yield from (name for name in self._known if name not in self._points)
        yield from self._points

    def __contains__(self, name: object) -> bool:
        """Whether something has this name."""
        return name in self._known or name in self._points

    def __getitem__(self, name: str) -> T:
        """Thing of a name.

        Raises
        ------
        ParameterError
            Where there is none, or its package cannot be imported; the message lists the known names.
        """
        if name in self._known:
            return self._known[name]
        if name in self._points:
            try:
                item: T = self._points[name].load()
            except Exception as error:
                msg = f"the {self.kind} {name!r} of {self._points[name].value} cannot be loaded: {error!r}"
                raise ParameterError(msg) from error
            return self._known.setdefault(name, item)
        close = difflib.get_close_matches(str(name), list(self), n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        msg = f"no {self.kind} {name!r}: take one of {', '.join(self)}{hint}"
        raise ParameterError(msg)

    def values(self) -> Iterator[T]:
        """Things, those of other packages loaded."""
        return (self[name] for name in list(self))
