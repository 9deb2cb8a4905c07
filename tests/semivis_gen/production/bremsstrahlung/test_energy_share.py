"""The map of the energy share: its Jacobian, its ends, and what it flattens."""

import numpy as np
import pytest

from semivis_gen.constants import M_ELECTRON, M_MUON
from semivis_gen.production.bremsstrahlung.cross_sections import dsigma_dx
from semivis_gen.production.bremsstrahlung.energy_share import energy_share
from semivis_gen.production.bremsstrahlung.phase_space import Reaction
from semivis_gen.target.form_factors import Nucleus

LEAD = Nucleus(82, 207.2)


@pytest.mark.parametrize(("m", "lepton"), [(0.01, M_ELECTRON), (1e-4, M_ELECTRON), (1e-3, M_MUON), (0.5, M_MUON)])
def test_it_rises_from_end_to_end_and_knows_its_derivative(m, lepton):
    reaction = Reaction(160.0, m, LEAD.mass, lepton)
    low, high = reaction.y_range()
    r = np.linspace(0.0, 1.0, 2001)
    y, shifted, span = energy_share(reaction, r, low, high)
    assert y[[0, -1]] == pytest.approx([float(low), float(high)], rel=1e-9)
    assert (np.diff(y) > 0).all()
    assert np.gradient(y, r)[1:-1] == pytest.approx((shifted * span)[1:-1], rel=1e-4)


@pytest.mark.parametrize("m", [1e-3, 0.01, 0.1, 0.11, 1.0])
def test_spectrum_of_muons_is_flat_in_it(m):
    reaction = Reaction(160.0, m, LEAD.mass, M_MUON)
    low, high = reaction.y_range()
    y, shifted, span = energy_share(reaction, np.linspace(0.02, 0.98, 25), low, high)
    flat = dsigma_dx(m, 160.0, LEAD, 1 - y, lepton_mass=M_MUON) * shifted * span
    assert flat.max() / flat.mean() < 3  # in x itself up to 60
