"""A number with its error: what every integral and Monte Carlo sum returns."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Estimate"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its one-sigma error, in the same unit."""

    value: float
    """Central value."""
    error: float = 0.0
    """Standard deviation; numerical and statistical, not theoretical."""

    def __mul__(self, factor: float) -> Estimate:
        """Scale value and error by a number."""
        return Estimate(self.value * factor, abs(self.error * factor))

    __rmul__ = __mul__

    def __add__(self, other: Estimate) -> Estimate:
        """Add an independent estimate: errors in quadrature."""
        return Estimate(self.value + other.value, math.hypot(self.error, other.error))

    @property
    def relative_error(self) -> float:
        """Error over value; zero where both vanish."""
        return self.error / abs(self.value) if self.value else (math.inf if self.error else 0.0)

    def pull(self, other: Estimate) -> float:
        """Difference to another estimate in combined standard deviations."""
        spread = math.hypot(self.error, other.error)
        difference = self.value - other.value
        return difference / spread if spread else (0.0 if difference == 0 else math.copysign(math.inf, difference))
