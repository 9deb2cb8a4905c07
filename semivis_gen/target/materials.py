"""Target materials: elements, compounds and layered mixtures.

Densities and radiation lengths: PDG, "Atomic and nuclear properties of materials" (2022). Mass numbers are the
averages of the natural isotopes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from semivis_gen.constants import ALPHA, AVOGADRO, PB_TO_CM2
from semivis_gen.errors import ParameterError
from semivis_gen.target.form_factors import Nucleus

__all__ = ["Material", "layered", "material", "material_names", "mixture", "radiation_length"]

# PDG review "Passage of particles through matter", table 34.2: L_rad and L_rad' of the lightest elements
_LIGHT = {1: (5.31, 6.144), 2: (4.79, 5.621), 3: (4.74, 5.805), 4: (4.71, 5.924)}
_TSAI = 716.408  # A / (4 alpha r_e^2 N_A) for A = 1 g/mol [g/cm^2]


@dataclass(frozen=True, slots=True)
class Material:
    """A homogeneous material."""

    name: str
    """Name."""
    density_g_cm3: float
    """Density [g/cm^3]."""
    radiation_length_g_cm2: float
    """Radiation length [g/cm^2]."""
    elements: tuple[tuple[Nucleus, float], ...]
    """Nuclei and their shares of the mass, which sum to one."""

    @property
    def radiation_length_mm(self) -> float:
        """Radiation length [mm]."""
        return 10 * self.radiation_length_g_cm2 / self.density_g_cm3

    def atom_fractions(self) -> tuple[tuple[Nucleus, float], ...]:
        """Nuclei and their shares of the number of atoms."""
        total = sum(share / nucleus.a for nucleus, share in self.elements)
        return tuple((nucleus, share / nucleus.a / total) for nucleus, share in self.elements)

    def atoms_per_radiation_length(self, nucleus: Nucleus) -> float:
        """Atoms of one kind per area in a radiation length, N_A X0 w/A [1/pb]."""
        share = dict(self.elements)[nucleus]
        return AVOGADRO * self.radiation_length_g_cm2 * share / nucleus.a * PB_TO_CM2

    @property
    def electrons_per_radiation_length(self) -> float:
        """Electrons per area in a radiation length [1/pb]."""
        return sum(nucleus.z * self.atoms_per_radiation_length(nucleus) for nucleus, _ in self.elements)


# symbol: Z, A, density [g/cm^3], radiation length [g/cm^2]
_ELEMENTS = {
    "H": (1, 1.008, 0.0708, 63.04),
    "Be": (4, 9.0122, 1.848, 65.19),
    "C": (6, 12.011, 2.21, 42.70),
    "N": (7, 14.007, 0.807, 37.99),
    "O": (8, 15.999, 1.141, 34.24),
    "Al": (13, 26.982, 2.699, 24.01),
    "Si": (14, 28.0855, 2.329, 21.82),
    "Ti": (22, 47.867, 4.54, 16.16),
    "Fe": (26, 55.845, 7.874, 13.84),
    "Cu": (29, 63.546, 8.960, 12.86),
    "Sn": (50, 118.710, 7.310, 8.82),
    "W": (74, 183.84, 19.30, 6.76),
    "Au": (79, 196.967, 19.32, 6.46),
    "Pb": (82, 207.2, 11.35, 6.37),
}
# name: density [g/cm^3], atoms of each element in the formula unit
_COMPOUNDS = {
    "polystyrene": (1.060, {"C": 8, "H": 8}),  # plastic scintillator is polystyrene or the similar polyvinyltoluene
    "water": (1.000, {"H": 2, "O": 1}),
    "PbWO4": (8.300, {"Pb": 1, "W": 1, "O": 4}),
}
_ALIASES = {
    "lead": "Pb", "tungsten": "W", "iron": "Fe", "steel": "Fe", "aluminium": "Al", "copper": "Cu", "carbon": "C",
    "graphite": "C", "silicon": "Si", "scintillator": "polystyrene",
}  # fmt: skip


def radiation_length(z: int, a: float) -> float:
    """Radiation length of an element: Tsai's formula, PDG review "Passage of particles through matter", eq. 34.25.

    1/X0 = {Z^2 [L_rad - f(alpha Z)] + Z L_rad'} / (716.408 g/cm^2 A), with f of eq. 34.26 (Davies, Bethe, Maximon).

    Parameters
    ----------
    z : int
        Charge number, 1 or more.
    a : float
        Mass number, average of the isotopes.

    Returns
    -------
    float
        X0 [g/cm^2]; within 5e-4 of the values of the PDG's table for all elements known here, hydrogen included, which
        is the rounding of that table.

    Examples
    --------
    >>> f"{radiation_length(82, 207.2):.2f} g/cm^2"
    '6.37 g/cm^2'
    """
    elastic, inelastic = _LIGHT.get(z, (math.log(184.15 * z ** (-1 / 3)), math.log(1194 * z ** (-2 / 3))))
    s = (ALPHA * z) ** 2
    coulomb = s * (1 / (1 + s) + 0.20206 - 0.0369 * s + 0.0083 * s**2 - 0.002 * s**3)
    return _TSAI * a / (z**2 * (elastic - coulomb) + z * inelastic)


def material_names() -> list[str]:
    """Names that `material` knows, aliases included."""
    return [*_ELEMENTS, *_COMPOUNDS, *_ALIASES]


def material(name: str) -> Material:
    """Element or compound by name.

    Parameters
    ----------
    name : str
        Chemical symbol, compound or English name.

    Returns
    -------
    Material
        The material.

    Raises
    ------
    ParameterError
        Where the name is unknown; the message lists the known ones.
    """
    key = _ALIASES.get(name, name)
    if key in _ELEMENTS:
        z, a, density, length = _ELEMENTS[key]
        return Material(name, density, length, ((Nucleus(z, a), 1.0),))
    if key in _COMPOUNDS:
        density, formula = _COMPOUNDS[key]
        masses = {symbol: count * _ELEMENTS[symbol][1] for symbol, count in formula.items()}
        total = sum(masses.values())
        return mixture(name, [(material(s), m / total) for s, m in masses.items()], density_g_cm3=density)
    msg = f"unknown material {name!r}; known: {', '.join(material_names())}"
    raise ParameterError(msg)


def mixture(name: str, parts: Sequence[tuple[Material, float]], *, density_g_cm3: float) -> Material:
    """Mixture of materials: 1/X0 = sum of mass share / X0 (PDG review "Passage of particles", eq. 34.28).

    Parameters
    ----------
    name : str
        Name.
    parts : sequence of (Material, float)
        Parts and their shares of the mass; normalised here.
    density_g_cm3 : float
        Density [g/cm^3].

    Returns
    -------
    Material
        The mixture, with equal nuclei joined.

    Raises
    ------
    ParameterError
        Where a share or the density is not positive.
    """
    total = sum(share for _, share in parts)
    if not (parts and density_g_cm3 > 0 and all(share > 0 for _, share in parts)):
        msg = f"mixture {name!r}: shares {[s for _, s in parts]} and density {density_g_cm3} must be positive"
        raise ParameterError(msg)
    shares: dict[Nucleus, float] = {}
    inverse_length = 0.0
    for part, share in parts:
        inverse_length += share / total / part.radiation_length_g_cm2
        for nucleus, inner in part.elements:
            shares[nucleus] = shares.get(nucleus, 0.0) + share / total * inner
    return Material(name, density_g_cm3, 1 / inverse_length, tuple(shares.items()))


def layered(name: str, layers: Sequence[tuple[str | Material, float]]) -> Material:
    """Sandwich of layers, smeared out over its thickness.

    Parameters
    ----------
    name : str
        Name.
    layers : sequence of (str or Material, float)
        Material, or the name of a known one, and thickness [mm] of each layer of the repeating unit.

    Returns
    -------
    Material
        The mixture with the mean density.

    Raises
    ------
    ParameterError
        Where a material is unknown or a thickness not positive.
    """
    parts = [(material(key) if isinstance(key, str) else key, thickness) for key, thickness in layers]
    masses = [(part, part.density_g_cm3 * thickness) for part, thickness in parts]
    thickness = sum(value for _, value in layers)
    if not (thickness > 0 and all(value > 0 for _, value in layers)):
        msg = f"layers of {name!r} are {[v for _, v in layers]} mm thick: every thickness must be positive"
        raise ParameterError(msg)
    return mixture(name, masses, density_g_cm3=sum(mass for _, mass in masses) / thickness)
