"""Nuclear interaction lengths: how deep a proton flies before its first inelastic collision.

PDG, "Atomic and nuclear properties of materials" (2022), for elements; other elements by interpolation in the mass
number, compounds and mixtures by 1/lambda = sum of mass share / lambda, which gives the PDG's own values of water,
polystyrene and PbWO4 (test).
"""

from __future__ import annotations

import math

import numpy as np

from semivis_gen.target.form_factors import Nucleus
from semivis_gen.target.materials import Material

__all__ = ["interaction_shares", "nuclear_interaction_length"]

# Z: mass number, nuclear interaction length [g/cm^2]
_PDG = {
    1: (1.008, 52.0), 2: (4.0026, 71.8), 3: (6.94, 71.3), 4: (9.0122, 77.8), 6: (12.011, 85.8), 7: (14.007, 89.7),
    8: (15.999, 90.2), 9: (18.998, 97.4), 10: (20.180, 99.0), 13: (26.982, 107.2), 14: (28.0855, 108.4),
    17: (35.453, 115.7), 18: (39.948, 119.7), 22: (47.867, 126.2), 26: (55.845, 132.1), 29: (63.546, 137.3),
    32: (72.63, 146.9), 50: (118.710, 166.7), 54: (131.293, 172.1), 74: (183.84, 191.9), 78: (195.08, 195.7),
    79: (196.967, 196.3), 82: (207.2, 199.6), 92: (238.029, 209.0),
}  # fmt: skip


def _of_element(nucleus: Nucleus) -> float:
    """Interaction length of an element [g/cm^2]."""
    if nucleus.z in _PDG:
        return _PDG[nucleus.z][1]
    a, length = np.log(np.array(list(_PDG.values()))).T
    return float(math.exp(np.interp(math.log(nucleus.a), a, length)))


def interaction_shares(material: Material) -> tuple[tuple[Nucleus, float], ...]:
    """Nuclei of a material and their shares of the inelastic collisions of protons.

    Parameters
    ----------
    material : Material
        The material.

    Returns
    -------
    tuple of (Nucleus, float)
        Shares sum to one: mass share over interaction length.
    """
    inverse = [(nucleus, share / _of_element(nucleus)) for nucleus, share in material.elements]
    total = sum(value for _, value in inverse)
    return tuple((nucleus, value / total) for nucleus, value in inverse)


def nuclear_interaction_length(material: Material) -> float:
    """Nuclear interaction length.

    Parameters
    ----------
    material : Material
        The material.

    Returns
    -------
    float
        Length [mm].

    Examples
    --------
    >>> from semivis_gen.target import material
    >>> f"{nuclear_interaction_length(material('Cu')):.1f} mm"
    '153.2 mm'
    """
    inverse = sum(share / _of_element(nucleus) for nucleus, share in material.elements)
    return 10.0 / inverse / material.density_g_cm3
