import numpy as np
import pytest

from semivis_gen.constants import M_PROTON
from semivis_gen.errors import ParameterError
from semivis_gen.target.form_factors import Nucleus, g2, g2_elastic, g2_inelastic

LEAD, CARBON = Nucleus(82, 207.2), Nucleus(6, 12.011)


def test_between_atom_and_nucleus_the_charge_counts():
    t = 1e-6
    screening = (111 * 82 ** (-1 / 3) / 0.51099895e-3) ** 2 * t
    assert float(g2_elastic(t, LEAD)) == pytest.approx(82**2, rel=2 / screening + 1e-3)


def test_screening_and_size_end_the_form_factor():
    t = np.array([1e-14, 1e-13])
    assert g2_elastic(t, LEAD)[1] / g2_elastic(t, LEAD)[0] == pytest.approx(100, rel=1e-3)  # ~ t^2
    t = np.array([10.0, 20.0])
    assert g2_elastic(t, LEAD)[1] / g2_elastic(t, LEAD)[0] == pytest.approx(0.25, rel=1e-2)  # ~ t^-2


def test_inelastic_part_is_z_nucleons_and_the_sum_is_the_whole():
    t = 1e-2
    assert float(g2_inelastic(t, CARBON)) == pytest.approx(
        6 * (1 + t * 6.7841 / (4 * M_PROTON**2)) / (1 + t / 0.71) ** 4, rel=1e-3
    )
    assert float(g2(t, CARBON)) == float(g2_elastic(t, CARBON) + g2_inelastic(t, CARBON))


def test_the_magnetic_factor_stands_to_the_first_power():
    # (G_E^2 + tau G_M^2)/(1 + tau) with dipole form factors, arXiv:2401.06843 App. B; the square is 22 % more flux
    # at 4.5 GeV and 1 GeV: at t = 1 GeV^2 the two differ by the factor itself
    t = 1.0
    tau = t / (4 * M_PROTON**2)
    nucleon = (1 + 2.79**2 * tau) / (1 + tau) / (1 + t / 0.71) ** 4
    ours = float(g2_inelastic(t, CARBON)) / 6
    factor = 1 + t * (2.79**2 - 1) / (4 * M_PROTON**2)
    assert ours == pytest.approx(nucleon * (1 + tau) * factor / (1 + 2.79**2 * tau), rel=1e-6)
    assert ours * factor / nucleon > 2.5  # the squared form is far from the nucleon's
    assert ours / nucleon == pytest.approx(1.0, abs=0.2)  # the formula drops 1 + tau in one place


def test_masses_and_ids():
    assert Nucleus(82, 208).pdg_id == 1000822080
    assert Nucleus(1, 1.008).pdg_id == 2212
    assert LEAD.mass == pytest.approx(192.96, abs=0.05)
    assert Nucleus(82, 208, 193.0).mass == 193.0
    with pytest.raises(ParameterError, match="z >= 1"):
        Nucleus(0, 1)
