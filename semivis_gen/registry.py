"""Things by name that other packages may add to: processes, scenarios, geometries, requirements, studies.

A registry knows where its own things are ("module:name") and loads them when they are asked for. Other packages add
to it in one of two ways: by calling `register`, or, so that nobody has to import them, by an entry point in its group:

    [project.entry-points."semivis.production"]
    my_process = "my_package.module:MyProcess"

Worker processes and clusters import packages anew: only entry points are known there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

from semivis_gen.errors import ParameterError, did_you_mean

__all__ = ["Registry"]

T = TypeVar("T")


class Registry(Generic[T]):
    """Named things of one kind, in the order in which they were added; entry points of other packages behind them.

    Parameters
    ----------
    kind : str
        What they are, for messages: "production process".
    group : str
        Entry point group.
    own : mapping, optional
        Where the things are that come with semivis, by name.

    Examples
    --------
    >>> numbers = Registry("number", "semivis.numbers", {"pi": "math:pi"})
    >>> numbers.register("two", 2)
    2
    >>> numbers["two"], list(numbers)
    (2, ['pi', 'two'])
    """

    def __init__(self, kind: str, group: str, own: Mapping[str, str] | None = None) -> None:
        self.kind, self.group = kind, group
        self._own = {name: EntryPoint(name, place, group) for name, place in (own or {}).items()}
        self._known: dict[str, T] = {}

    @cached_property
    def _places(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=self.group)} | self._own

    def register(self, name: str, item: T, *, place: str = "") -> T:
        """Add a thing.

        Parameters
        ----------
        name : str
            Its name.
        item : object
            The thing.
        place : str
            Where it is defined ("module:name"): one of the registry's own registers itself when it is loaded.

        Returns
        -------
        object
            The thing.

        Raises
        ------
        ParameterError
            Where the name is taken by something else.
        """
        foreign = name in self._own and self._own[name].value != place
        if foreign or self._known.setdefault(name, item) is not item:
            msg = f"there is a {self.kind} {name!r} already: choose another name"
            raise ParameterError(msg)
        return item

    def forget(self, name: str) -> None:
        """Take a thing out again, as tests do."""
        if name not in self._own:
            self._known.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        """Names: those that come with semivis, those registered, those of entry points."""
        yield from dict.fromkeys([*self._own, *self._known, *self._places])

    def __contains__(self, name: object) -> bool:
        """Whether something has this name."""
        return name in self._known or name in self._places

    def __getitem__(self, name: str) -> T:
        """Thing of a name.

        Raises
        ------
        ParameterError
            Where there is none, or its package cannot be imported; the message lists the known names.
        """
        if name in self._known:
            return self._known[name]
        if name in self._places:
            try:
                item: T = self._places[name].load()
            except Exception as error:
                msg = f"the {self.kind} {name!r} of {self._places[name].value} cannot be loaded: {error!r}"
                raise ParameterError(msg) from error
            return self._known.setdefault(name, item)
        hint = did_you_mean(name, self)
        msg = f"no {self.kind} {name!r}: take one of {', '.join(self)}"
        raise ParameterError(f"{msg}; {hint}" if hint else msg)

    def values(self) -> Iterator[T]:
        """Things, those of other packages loaded."""
        return (self[name] for name in list(self))
