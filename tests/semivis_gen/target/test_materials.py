import pytest

from semivis_gen.target.form_factors import Nucleus
from semivis_gen.target.materials import Material, layered, material, mixture, radiation_length

ELEMENTS = ("H", "Be", "C", "N", "O", "Al", "Si", "Ti", "Fe", "Cu", "Sn", "W", "Au", "Pb")


@pytest.mark.parametrize("name", ELEMENTS)
def test_tsais_formula_gives_the_radiation_lengths_of_the_pdg(name):
    known = material(name)
    ((nucleus, _),) = known.elements
    # the table has two digits behind the point
    assert radiation_length(nucleus.z, nucleus.a) == pytest.approx(known.radiation_length_g_cm2, rel=5e-4)


@pytest.mark.parametrize(
    ("z", "a", "pdg"),
    [(2, 4.0026, 94.32), (3, 6.94, 82.78), (18, 39.948, 19.55), (47, 107.8682, 8.97), (92, 238.029, 6.00)],
)
def test_of_elements_that_the_table_has_not(z, a, pdg):
    assert radiation_length(z, a) == pytest.approx(pdg, rel=1e-3)


def test_the_coulomb_correction_is_there():
    """Without f(alpha Z) lead has 5.8 g/cm^2."""
    assert radiation_length(82, 207.2) > 6.3


def test_compounds_follow_from_their_elements():
    for name, pdg in (("water", 36.08), ("polystyrene", 43.79), ("PbWO4", 7.39)):
        parts = [(_tsai(nucleus), share) for nucleus, share in material(name).elements]
        assert mixture(name, parts, density_g_cm3=1.0).radiation_length_g_cm2 == pytest.approx(pdg, rel=1e-3)


def _tsai(nucleus):
    return Material("pure", 1.0, radiation_length(nucleus.z, nucleus.a), ((nucleus, 1.0),))


def test_layers_may_be_materials():
    lead = Material("mine", 11.35, 6.37, ((Nucleus(82, 207.2), 1.0),))
    assert layered("a", [(lead, 2.0), ("C", 1.0)]) == layered("a", [("Pb", 2.0), ("C", 1.0)])
