"""The counting experiment behind a limit: backgrounds, observed counts, signal uncertainties."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from semivis_gen.errors import ParameterError

__all__ = ["LimitModel", "Nuisance"]


@dataclass(frozen=True, slots=True)
class Nuisance:
    """One source of signal uncertainty, fully correlated over the bins."""

    name: str
    """What it is, for example "form factor"."""
    sizes: tuple[float, ...]
    """Relative standard deviation of the signal in each bin; opposite signs anticorrelate."""


@dataclass(frozen=True, slots=True)
class LimitModel:
    """Counts, backgrounds and uncertainties of an experiment; one entry a bin (signature).

    Raises
    ------
    ParameterError
        Where lengths differ, a value is negative or not finite, or a nuisance is not in (-1, inf).
    """

    background: tuple[float, ...]
    """Expected background events."""
    background_error: tuple[float, ...]
    """Its standard deviation, independent from bin to bin."""
    observed: tuple[int, ...]
    """Observed events."""
    nuisances: tuple[Nuisance, ...] = ()
    """Relative signal uncertainties."""
    names: tuple[str, ...] = ()
    """Names of the bins; S1, S2, ... where not given."""

    def __post_init__(self) -> None:
        bins = len(self.background)
        if not self.names:
            object.__setattr__(self, "names", tuple(f"S{i + 1}" for i in range(bins)))
        for name in ("background_error", "observed", "names"):
            if len(getattr(self, name)) != bins or bins == 0:
                msg = f"{name} has {len(getattr(self, name))} entries but background {bins}: give one a signature"
                raise ParameterError(msg)
        for name in ("background", "background_error", "observed"):
            for value in getattr(self, name):
                if not (math.isfinite(value) and value >= 0 and (name != "observed" or value == int(value))):
                    kind = "a count" if name == "observed" else "zero or a positive number"
                    msg = f"{name} = {value} must be {kind}"
                    raise ParameterError(msg)
        for value, error in zip(self.background, self.background_error, strict=True):
            if value == 0 and error > 0:
                msg = f"background 0 +- {error:g} has no meaning for a positive number: give its mean"
                raise ParameterError(msg)
        for nuisance in self.nuisances:
            if len(nuisance.sizes) != bins:
                msg = f"nuisance {nuisance.name!r} has {len(nuisance.sizes)} sizes for {bins} signatures"
                raise ParameterError(msg)
            for size in nuisance.sizes:
                if not (math.isfinite(size) and size > -1):
                    msg = f"nuisance {nuisance.name!r} of relative size {size} must be larger than -1"
                    raise ParameterError(msg)

    @property
    def bins(self) -> int:
        """Number of bins."""
        return len(self.background)

    def without(self, *names: str) -> LimitModel:
        """Return the model without some of its nuisances, or without all where no name is given.

        Parameters
        ----------
        *names : str
            Names of nuisances.

        Returns
        -------
        LimitModel
            The reduced model: the limit it gives shows what the nuisance costs.

        Raises
        ------
        ParameterError
            Where a name is unknown.
        """
        known = [nuisance.name for nuisance in self.nuisances]
        for name in names:
            if name not in known:
                msg = f"no nuisance {name!r}; this model has {', '.join(known) or 'none'}"
                raise ParameterError(msg)
        kept = tuple(n for n in self.nuisances if n.name not in names) if names else ()
        return replace(self, nuisances=kept)
