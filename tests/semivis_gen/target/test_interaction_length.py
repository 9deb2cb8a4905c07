"""Nuclear interaction lengths of elements, compounds and mixtures."""

import pytest

from semivis_gen.target.form_factors import Nucleus
from semivis_gen.target.interaction_length import interaction_shares, nuclear_interaction_length
from semivis_gen.target.materials import Material, layered, material


@pytest.mark.parametrize(("name", "published"), [("water", 83.3), ("polystyrene", 81.7), ("PbWO4", 168.3)])
def test_compounds_have_the_lengths_of_the_pdg(name, published):
    m = material(name)
    assert nuclear_interaction_length(m) * m.density_g_cm3 / 10 == pytest.approx(published, rel=2e-3)


@pytest.mark.parametrize(("name", "published_cm"), [("Fe", 16.77), ("Cu", 15.32), ("W", 9.946), ("Al", 39.70)])
def test_elements_in_millimetres(name, published_cm):
    assert nuclear_interaction_length(material(name)) == pytest.approx(10 * published_cm, rel=1e-3)


def test_an_element_that_is_not_in_the_table_lies_between_its_neighbours():
    molybdenum = Material("Mo", 10.22, 9.80, ((Nucleus(42, 95.95), 1.0),))
    length = nuclear_interaction_length(molybdenum) * 1.022
    assert 146.9 < length < 166.7
    assert length == pytest.approx(157.5, abs=2.0)  # 35 A^(1/3) is 160


def test_shares_of_collisions():
    sandwich = layered("sandwich", [("Pb", 1.0), ("polystyrene", 1.0)])
    shares = dict(interaction_shares(sandwich))
    assert sum(shares.values()) == pytest.approx(1.0, rel=1e-14)
    lead = next(share for nucleus, share in shares.items() if nucleus.z == 82)
    # of two layers of 1 mm each, the shares are the inverse lengths of the materials
    lengths = [nuclear_interaction_length(material(name)) for name in ("Pb", "polystyrene")]
    assert lead == pytest.approx((1 / lengths[0]) / (1 / lengths[0] + 1 / lengths[1]), rel=1e-12)
