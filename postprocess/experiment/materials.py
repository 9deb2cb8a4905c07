"""Materials that a card defines itself, for the layers of its target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import StrictInt

from postprocess.experiment.cards import CardModel, Number, reject

if TYPE_CHECKING:
    from semivis_gen.target import Material

__all__ = ["MaterialCard", "make_materials"]

SUM_TOLERANCE = 0.005  # published shares are rounded; they are normalised
HEAVIEST = 30.0  # g/cm^3; osmium has 22.6
X0_TOLERANCE = 0.1  # a radiation length in other units is farther off


class Element(CardModel):
    """An element of a material."""

    z: StrictInt
    """Charge number: which element it is."""
    a: Number
    """Mass number, average of the isotopes [g/mol]."""
    mass_fraction: Number
    """Share of the material's mass."""


class Part(CardModel):
    """A part of a material that is a material itself."""

    material: str
    """Name of a known material, or of another one of this card."""
    mass_fraction: Number
    """Share of the material's mass."""


class MaterialCard(CardModel):
    """A material of elements, of other materials, or of both; the shares of all of them sum to one."""

    density_g_cm3: Number
    """Density [g/cm^3]."""
    radiation_length_g_cm2: Number | None = None
    """Radiation length [g/cm^2]; Tsai's formula for the elements where absent, within 0.1 % of the PDG's values."""
    elements: tuple[Element, ...] = ()
    """Elements."""
    parts: tuple[Part, ...] = ()
    """Other materials."""


def make_materials(cards: Mapping[str, MaterialCard]) -> dict[str, Material]:
    """Check the materials of a card and make them.

    Parameters
    ----------
    cards : mapping
        By name.

    Returns
    -------
    dict
        The materials, by name.

    Raises
    ------
    PydanticCustomError
        Where one makes no sense; the reader of cards turns it into a CardError.
    """
    made: dict[str, Material] = {}
    for name in cards:
        _make(name, cards, made, ())
    return made


def _make(name: str, cards: Mapping[str, MaterialCard], made: dict[str, Material], above: tuple[str, ...]) -> Material:
    from dataclasses import replace

    from semivis_gen.target import Material, Nucleus, material, material_names, mixture, radiation_length

    if name in made:
        return made[name]
    card, key = cards[name], f"materials.{name}"
    if name in material_names():
        reject(key, name, "is a known material already", "choose another name")
    density = card.density_g_cm3.value
    if not 0 < density < HEAVIEST:
        rule = f"must lie between 0 and {HEAVIEST:g} g/cm^3"
        reject(f"{key}.density_g_cm3.value", density, rule, "give it in g/cm^3")
    _check_shares(card, key)
    parts = []
    for index, element in enumerate(card.elements):
        _check_element(element, f"{key}.elements.{index}")
        nucleus = Nucleus(element.z, element.a.value)
        pure = Material(f"Z = {element.z}", density, radiation_length(element.z, element.a.value), ((nucleus, 1.0),))
        parts.append((pure, element.mass_fraction.value))
    for index, part in enumerate(card.parts):
        where = f"{key}.parts.{index}.material"
        if part.material in (*above, name):
            reject(where, part.material, "would be a part of itself", "name its elements")
        if part.material in cards:
            inner = _make(part.material, cards, made, (*above, name))
        elif part.material in material_names():
            inner = material(part.material)
        else:
            known = ", ".join([*material_names(), *(other for other in cards if other != name)])
            reject(where, part.material, "is not a known material", f"take one of {known}, or name its elements")
        parts.append((inner, part.mass_fraction.value))
    whole = mixture(name, parts, density_g_cm3=density)
    length = card.radiation_length_g_cm2
    if length is not None:
        computed = whole.radiation_length_g_cm2
        if not abs(length.value / computed - 1) < X0_TOLERANCE:
            rule = f"is far from the {computed:.4g} g/cm^2 that follow from the elements"
            reject(f"{key}.radiation_length_g_cm2.value", length.value, rule, "give it in g/cm^2 or leave it away")
        whole = replace(whole, radiation_length_g_cm2=length.value)
    return made.setdefault(name, whole)


def _check_shares(card: MaterialCard, key: str) -> None:
    shares = {f"{key}.elements.{i}": e.mass_fraction.value for i, e in enumerate(card.elements)}
    shares |= {f"{key}.parts.{i}": p.mass_fraction.value for i, p in enumerate(card.parts)}
    if not shares:
        reject(key, "", "has neither elements nor parts", "add elements: [{z, a, mass_fraction}]")
    for where, share in shares.items():
        if not 0 < share <= 1:
            reject(f"{where}.mass_fraction.value", share, "is a share between 0 and 1", "correct it")
    total = sum(shares.values())
    if abs(total - 1) > SUM_TOLERANCE:
        reject(key, total, "is the sum of all mass fractions, which must be one", "correct them")


def _check_element(element: Element, key: str) -> None:
    if not 1 <= element.z <= 118:
        reject(f"{key}.z", element.z, "is no element: a charge number lies between 1 and 118", "correct it")
    if not element.z <= element.a.value <= 3 * element.z:
        rule = f"a mass number lies between Z and 3 Z, here {element.z} and {3 * element.z}"
        reject(f"{key}.a.value", element.a.value, rule, "correct it")
