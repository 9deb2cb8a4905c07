"""The physics point: masses and couplings of inelastic pseudo-Dirac dark matter.

    L_int = eps e A'_mu J_em^mu + i g_D A'_mu chi2bar gamma^mu chi1        (Majorana chi1, chi2)

as in NA64, EPJC 81 (2021) 959. `DarkMasses` is all that the kinematics of an event depends on;
the couplings of a `DarkSector` enter only through rates and lifetimes. An event sample therefore
belongs to `DarkMasses`, and one sample serves every (epsilon, alpha_D). A scan of the mass keeps a `MassShape`.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field

from semivis_gen.constants import ALPHA, M_ELECTRON
from semivis_gen.errors import KinematicsError, ParameterError, SemivisWarning

__all__ = ["DarkMasses", "DarkSector", "MassShape", "check_couplings", "landau_pole"]

LANDAU_SCALE_GEV = 1000.0  # the paper asks for no Landau pole below about 1 TeV
SMALLEST_COUPLING = 1e-30  # its square times any width is still a number
MASS_RANGE = (1e-9, 1e6)  # of A' [GeV]: from far below 2 m_e to far above any beam
LARGEST_RATIO, SMALLEST_SPLITTING = 1e9, 1e-12
ROUNDING = 1e-12  # relative: closer to the threshold of A' -> chi1 chi2 the momentum of chi1 is rounding alone


def _require_positive(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        msg = f"{name} = {value} must be a positive finite number"
        raise ParameterError(msg)


@dataclass(frozen=True, slots=True)
class MassShape:
    """The masses of the dark sector in units of m_A': what a scan of the mass keeps.

    Raises
    ------
    ParameterError, KinematicsError
        Where a value is not positive or A' -> chi1 chi2 is closed, at every m_A' alike.

    Examples
    --------
    >>> shape = MassShape(ratio=3.0, splitting=0.4)
    >>> [round(shape.at(m).m_chi2, 6) for m in (0.03, 0.3)]
    [0.014, 0.14]
    """

    ratio: float = 3.0
    """R = m_A' / m_chi1."""
    splitting: float = 0.4
    """f = (m_chi2 - m_chi1) / m_chi1."""

    def __post_init__(self) -> None:
        for name in ("ratio", "splitting"):
            _require_positive(name, getattr(self, name))
        if self.ratio > LARGEST_RATIO or self.splitting < SMALLEST_SPLITTING:
            msg = f"{self}: take R of at most {LARGEST_RATIO:g} and f of at least {SMALLEST_SPLITTING:g}"
            raise ParameterError(msg)
        if self.ratio <= (2 + self.splitting) * (1 + ROUNDING):
            msg = (
                f"A' -> chi1 chi2 is closed: m_chi1 + m_chi2 = {(2 + self.splitting) / self.ratio:g} m_A'; "
                f"take R > 2 + f ({self})"
            )
            raise KinematicsError(msg)

    def __str__(self) -> str:
        return f"R = {self.ratio:g}, f = {self.splitting:g}"

    @classmethod
    def halfway(cls, ratio: float) -> MassShape:
        """Shape of a given R with f half way to where A' -> chi1 chi2 closes: one that is open, for scans of f.

        Parameters
        ----------
        ratio : float
            R.

        Returns
        -------
        MassShape
            With f = (R - 2) / 2.

        Raises
        ------
        ParameterError, KinematicsError
            Where no splitting opens the decay.
        """
        _require_positive("ratio", ratio)
        if ratio <= 2:
            msg = f"A' -> chi1 chi2 is closed for every splitting: R = {ratio:g}; take R > 2"
            raise KinematicsError(msg)
        return cls(ratio, (ratio - 2) / 2)

    def at(self, m_aprime: float) -> DarkMasses:
        """Masses at an m_A' [GeV]."""
        return DarkMasses(float(m_aprime), self.ratio, self.splitting)

    def with_splitting(self, splitting: float) -> MassShape:
        """Shape of the same R with another f."""
        return MassShape(self.ratio, float(splitting))

    @property
    def largest_splitting(self) -> float:
        """The f at which A' -> chi1 chi2 closes: R - 2."""
        return self.ratio - 2

    def decay_threshold(self, m_lepton: float) -> float:
        """m_A' [GeV] above which chi2 -> chi1 l+ l- is open: 2 m_l R / f."""
        return 2 * m_lepton * self.ratio / self.splitting

    def columns(self) -> dict[str, float]:
        """Its numbers as columns of a table."""
        return {"ratio": self.ratio, "splitting": self.splitting}


@dataclass(frozen=True, slots=True)
class DarkMasses:
    """The masses of the dark sector; what an event sample depends on.

    chi2 may be stable here (`chi2_decays` tells): a limit reaches down to masses where only the invisible
    signature is left.

    Raises
    ------
    ParameterError, KinematicsError
        Where a value is not positive or A' -> chi1 chi2 is closed.
    """

    m_aprime: float
    """Mass of A' [GeV]."""
    ratio: float = 3.0
    """R = m_A' / m_chi1."""
    splitting: float = 0.4
    """f = (m_chi2 - m_chi1) / m_chi1."""

    def __post_init__(self) -> None:
        low, high = MASS_RANGE
        if not low <= self.m_aprime <= high:
            msg = f"m_A' = {self.m_aprime:g} GeV must lie between {low:g} and {high:g} GeV"
            raise ParameterError(msg)
        _ = self.shape  # checks R and f

    def __str__(self) -> str:
        return f"m_A' = {self.m_aprime:g} GeV, {self.shape}"

    @property
    def shape(self) -> MassShape:
        """The masses in units of m_A'."""
        return MassShape(self.ratio, self.splitting)

    def columns(self) -> dict[str, float]:
        """Its numbers as columns of a table, [GeV] where the name says so."""
        return {"m_aprime_GeV": self.m_aprime, **self.shape.columns()}

    @classmethod
    def from_columns(cls, row: Mapping[str, float | str]) -> DarkMasses:
        """Point of a row or header that has its `columns`.

        Raises
        ------
        KeyError, ValueError
            Where one is missing or no number.
        ParameterError, KinematicsError
            As for the point itself.
        """
        return cls(*(float(row[name]) for name in ("m_aprime_GeV", "ratio", "splitting")))

    @property
    def m_chi1(self) -> float:
        """Mass of chi1 [GeV]."""
        return self.m_aprime / self.ratio

    @property
    def delta(self) -> float:
        """Mass splitting m_chi2 - m_chi1 [GeV]."""
        return self.splitting * self.m_chi1

    @property
    def m_chi2(self) -> float:
        """Mass of chi2 [GeV]."""
        return self.m_chi1 + self.delta

    @property
    def sigma(self) -> float:
        """Sum m_chi1 + m_chi2 [GeV]."""
        return self.m_chi1 + self.m_chi2

    @property
    def kappa(self) -> float:
        """How much chi1 and chi2 tell of the spin of A': 1 - (Sigma/m_A')^2, 0 at threshold."""
        return (1 - self.sigma / self.m_aprime) * (1 + self.sigma / self.m_aprime)

    @property
    def chi2_decays(self) -> bool:
        """Whether chi2 -> chi1 e+ e- is open: Delta > 2 m_e."""
        return self.delta > 2 * M_ELECTRON

    def require_chi2_decay(self) -> None:
        """Raise where chi2 -> chi1 e+ e- is closed.

        Raises
        ------
        KinematicsError
            With the smallest m_A' that opens it.
        """
        if not self.chi2_decays:
            msg = (
                f"chi2 -> chi1 e+ e- is closed: Delta = f m_A'/R = {self.delta:g} GeV <= 2 m_e = "
                f"{2 * M_ELECTRON:g} GeV; take m_A' > {self.shape.decay_threshold(M_ELECTRON):.3g} GeV "
                "or a larger splitting f"
            )
            raise KinematicsError(msg)


@dataclass(frozen=True, slots=True)
class DarkSector:
    """One physics point: the masses, the dark coupling and the kinetic mixing.

    Raises
    ------
    ParameterError, KinematicsError
        Where alpha_D is not in (0, 4 pi), epsilon not in (0, 1), or chi2 -> chi1 e+ e- is closed.

    Warns
    -----
    SemivisWarning
        Where alpha_D has its Landau pole below 1 TeV.
    """

    masses: DarkMasses
    alpha_d: float = 0.1
    """alpha_D = g_D^2 / 4 pi."""
    epsilon: float = field(default=1e-3)
    """Kinetic mixing."""

    def __post_init__(self) -> None:
        check_couplings(self.masses, self.alpha_d, self.epsilon)
        self.masses.require_chi2_decay()

    @classmethod
    def at(
        cls,
        m_aprime: float,
        *,
        ratio: float = 3.0,
        splitting: float = 0.4,
        alpha_d: float = 0.1,
        epsilon: float = 1e-3,
    ) -> DarkSector:
        """Build a point from plain numbers.

        Parameters
        ----------
        m_aprime : float
            Mass of A' [GeV].
        ratio, splitting, alpha_d, epsilon : float
            R, f, alpha_D and epsilon; the defaults are the paper's benchmark.

        Returns
        -------
        DarkSector
            The validated point.
        """
        return cls(DarkMasses(m_aprime, ratio, splitting), alpha_d, epsilon)

    @property
    def g_d(self) -> float:
        """Dark gauge coupling g_D = sqrt(4 pi alpha_D)."""
        return math.sqrt(4 * math.pi * self.alpha_d)

    @property
    def e_charge(self) -> float:
        """Electromagnetic coupling e = sqrt(4 pi alpha)."""
        return math.sqrt(4 * math.pi * ALPHA)


def check_couplings(masses: DarkMasses, alpha_d: float, epsilon: float | None = None) -> None:
    """Check couplings at a point, or at the lightest one of a scan, where the Landau pole lies lowest.

    Parameters
    ----------
    masses : DarkMasses
        The masses.
    alpha_d : float
        alpha_D at m_A'.
    epsilon : float, optional
        Kinetic mixing, where it is chosen.

    Raises
    ------
    ParameterError
        Where alpha_D is not in (0, 4 pi) or epsilon not in (0, 1).

    Warns
    -----
    SemivisWarning
        Where alpha_D has its Landau pole below 1 TeV.
    """
    if not SMALLEST_COUPLING <= alpha_d < 4 * math.pi:
        msg = (
            f"alpha_D = {alpha_d:g} must lie between {SMALLEST_COUPLING:g} and 4 pi: beyond it perturbation theory ends"
        )
        raise ParameterError(msg)
    if epsilon is not None and not SMALLEST_COUPLING <= epsilon < 1:
        msg = f"epsilon = {epsilon:g} must lie between {SMALLEST_COUPLING:g} and 1: kinetic mixing is a small number"
        raise ParameterError(msg)
    pole = landau_pole(masses, alpha_d)
    if pole < LANDAU_SCALE_GEV:
        warnings.warn(
            f"alpha_D = {alpha_d:g} at m_A' = {masses.m_aprime:g} GeV reaches its Landau pole at {pole:.3g} GeV, "
            "below 1 TeV: the model needs new physics there",
            SemivisWarning,
            stacklevel=4,
        )


def landau_pole(masses: DarkMasses, alpha_d: float) -> float:
    """Scale where the one-loop alpha_D diverges.

    chi1 and chi2 make one Dirac fermion of unit dark charge:
    alpha_D(mu)^-1 = alpha_D(m_A')^-1 - (2 / 3 pi) ln(mu / m_A').

    Parameters
    ----------
    masses : DarkMasses
        The masses; alpha_D is given at m_A'.
    alpha_d : float
        alpha_D at m_A'.

    Returns
    -------
    float
        The scale [GeV]; inf where it exceeds the floating-point range.
    """
    exponent = 1.5 * math.pi / alpha_d
    return masses.m_aprime * math.exp(exponent) if exponent < 700 else math.inf  # exp(709) overflows
