import pytest

from postprocess.experiment.schema import Experiment, load_experiment
from semivis_gen.target.materials import material, mixture, radiation_length

WATER = """
extends: na64-2018
name: mine
materials:
  my water:
    density_g_cm3: {value: 1.0, status: assumed, note: x}
    elements:
      - {z: 1, a: {value: 1.008, status: assumed, note: x}, mass_fraction: {value: 0.1119, status: assumed, note: x}}
      - {z: 8, a: {value: 15.999, status: assumed, note: x}, mass_fraction: {value: 0.8881, status: assumed, note: x}}
target:
  layers: [{material: my water, thickness_mm: {value: 2.0, status: assumed, note: x}}]
"""
STEEL = """
extends: na64-2018
name: mine
materials:
  outer:
    density_g_cm3: {value: 7.0, status: assumed, note: x}
    radiation_length_g_cm2: {value: 13.5, status: assumed, note: x}
    parts:
      - {material: inner, mass_fraction: {value: 0.5, status: assumed, note: x}}
      - {material: Cu, mass_fraction: {value: 0.3, status: assumed, note: x}}
    elements:
      - {z: 24, a: {value: 51.996, status: assumed, note: x}, mass_fraction: {value: 0.2, status: assumed, note: x}}
  inner:
    density_g_cm3: {value: 7.9, status: assumed, note: x}
    parts: [{material: iron, mass_fraction: {value: 1.0, status: assumed, note: x}}]
target:
  layers: [{material: outer, thickness_mm: {value: 2.0, status: assumed, note: x}}]
"""


def test_water_of_a_card_is_water(load):
    made, known = load(WATER).material(), material("water")
    assert made.density_g_cm3 == known.density_g_cm3
    # the tables of the PDG say 36.08 g/cm^2
    assert made.radiation_length_g_cm2 == pytest.approx(36.08, rel=1e-3)
    assert made.radiation_length_g_cm2 == pytest.approx(known.radiation_length_g_cm2, rel=1e-3)
    shares = dict(made.elements)
    assert shares == pytest.approx(dict(known.elements), rel=1e-3)
    assert made.atom_fractions()[0][1] == pytest.approx(2 / 3, rel=1e-3)


def test_materials_of_a_card_are_made_of_others(load):
    card = load(STEEL)
    made = card.material()
    assert made.density_g_cm3 == 7.0
    assert made.radiation_length_g_cm2 == pytest.approx(13.5)  # as given
    assert {nucleus.z: share for nucleus, share in made.elements} == pytest.approx({24: 0.2, 26: 0.5, 29: 0.3})
    assert card.source().material == made
    again = Experiment.model_validate(card.model_dump(mode="json"))
    assert again.material() == made
    assert "material inner           7.9 g/cm^3, X0 = 13.84 g/cm^2" in card.describe()


def test_the_length_of_a_material_without_one_is_that_of_its_elements(load):
    length = "radiation_length_g_cm2: {value: 13.5, status: assumed, note: x}"
    made = load(STEEL.replace(length, "")).material()
    inverse = 0.5 / 13.84 + 0.3 / 12.86 + 0.2 / radiation_length(24, 51.996)
    assert made.radiation_length_g_cm2 == pytest.approx(1 / inverse)


def test_a_card_without_materials_is_not_moved_by_them():
    card = load_experiment("na64-2018")
    layers = [(material("Pb"), 11.35 * 1.5), (material("polystyrene"), 1.06 * 1.5)]
    assert card.material().elements == mixture("", layers, density_g_cm3=1.0).elements


FE = "{material: iron, mass_fraction: {value: 1.0, status: assumed, note: x}}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "value: 0.1119",
            "value: 0.2119",
            "materials.my water = 1.1: is the sum of all mass fractions, which",
        ),
        (
            "value: 0.1119",
            "value: -0.1",
            "materials.my water.elements.0.mass_fraction.value = -0.1: is a share",
        ),
        (
            "z: 8,",
            "z: 0,",
            "materials.my water.elements.1.z = 0: is no element: a charge number lies",
        ),
        ("z: 8,", "z: 8.5,", "materials.my water.elements.1.z = 8.5: must be a whole number"),
        (
            "15.999",
            "1.5",
            "materials.my water.elements.1.a.value = 1.5: a mass number lies between Z and 3 Z, here",
        ),
        ("15.999", "25", "materials.my water.elements.1.a.value = 25.0: a mass number lies between Z and 3 Z"),
        (
            "density_g_cm3: {value: 1.0",
            "density_g_cm3: {value: 1000",
            "materials.my water.density_g_cm3.value = 1000",
        ),
        ("  my water:", "  water:", "materials.water = 'water': is a known material already; choose another name"),
        (
            "layers: [{material: my water",
            "layers: [{material: wine",
            "target.layers.0.material = 'wine': is not a",
        ),
    ],
)
def test_elements_that_make_no_sense_name_their_key(refusal, old, new, message):
    assert old in WATER
    assert refusal(WATER.replace(old, new)).startswith(message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (FE, "{material: outer, mass_fraction: {value: 1.0, status: assumed, note: x}}", "would be a part of itself"),
        (FE, "{material: inner, mass_fraction: {value: 1.0, status: assumed, note: x}}", "would be a part of itself"),
        (
            FE,
            FE.replace("iron", "butter"),
            "materials.inner.parts.0.material = 'butter': is not a known material",
        ),
        (f"parts: [{FE}]", "parts: []", "materials.inner = '': has neither elements nor parts"),
        ("value: 13.5", "value: 1.9", "materials.outer.radiation_length_g_cm2.value = 1.9: is far from the 13.73"),
    ],
)
def test_parts_that_make_no_sense_name_their_key(refusal, old, new, message):
    assert old in STEEL
    assert message in refusal(STEEL.replace(old, new))
