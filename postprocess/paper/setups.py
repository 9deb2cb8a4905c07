"""Set-ups of the future that the paper hints at: what each changes in a card. None of their numbers is published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from postprocess.experiment import Experiment, experiment_from

__all__ = ["SETUPS", "changed"]

Card = dict[str, Any]
Change = Callable[[Card], None]
BEHIND = ("VETO", "HCAL1", "HCAL2", "HCAL3")
VETO_MM, GAP_MM = 50.0, 100.0  # thickness; what is left between dump and HCAL1 where they stand close


def _set(number: Card, value: float) -> None:
    number |= {"value": value, "status": "assumed", "source": None, "note": "a set-up of studies"}


def _move(card: Card, names: tuple[str, ...], by: float) -> None:
    for name in names:
        for edge in ("begin_mm", "end_mm"):
            number = card["stations"][name][edge]
            _set(number, number["value"] + by)


def no_gap(card: Card) -> None:
    """VETO and HCAL right behind the dump."""
    stations = card["stations"]
    end = stations["ECAL"]["end_mm"]["value"]
    _move(card, BEHIND[1:], end + GAP_MM - stations["HCAL1"]["begin_mm"]["value"])
    _set(stations["VETO"]["begin_mm"], end)
    _set(stations["VETO"]["end_mm"], end + VETO_MM)


def tungsten(card: Card) -> None:
    """Dump of 35 layers of 3 mm of tungsten and 2 mm of scintillator, as in the search for visible decays."""
    for layer, material, thickness in zip(card["target"]["layers"], ("W", "polystyrene"), (3.0, 2.0), strict=True):
        layer["material"] = material
        _set(layer["thickness_mm"], thickness)
    _set(card["target"]["depth_x0"], 30.0)
    end = card["stations"]["ECAL"]["end_mm"]
    by = 175.0 - end["value"]
    _set(end, 175.0)
    _move(card, BEHIND, by)


def hcal1(length_mm: float) -> Change:
    """Give HCAL1 another length; what stands behind follows."""

    def change(card: Card) -> None:
        begin, end = (card["stations"]["HCAL1"][edge] for edge in ("begin_mm", "end_mm"))
        by = begin["value"] + length_mm - end["value"]
        _set(end, end["value"] + by)
        _move(card, BEHIND[2:], by)

    return change


def centred(card: Card) -> None:
    """HCAL3 in the middle of the beam: the R cut then keeps nearly all."""
    card["stations"]["HCAL3"]["offset_x_mm"] = None


def visible(energy: float) -> Change:
    """Ask for another visible energy of S1 [GeV]."""

    def change(card: Card) -> None:
        for signature in card["signatures"]:
            if signature["visible"] is not None:
                _set(signature["visible"]["energy_min_GeV"], energy)

    return change


def exposure(particles: float) -> Change:
    """Take another number of electrons on target."""

    def change(card: Card) -> None:
        _set(card["exposure"]["particles_on_target"], particles)

    return change


ALL = (tungsten, no_gap, centred, visible(5.0))
SETUPS: dict[str, tuple[Change, ...]] = {
    "exposure of 5e13": (exposure(5e13),),
    "HCAL3 centred": (centred,),
    "visible energy > 5 GeV": (visible(5.0),),
    "no gap behind the ECAL": (no_gap,),
    "tungsten dump": (tungsten,),
    "tungsten dump, no gap": (tungsten, no_gap),
    "tungsten dump, no gap, HCAL3 centred, visible energy > 5 GeV": ALL,
    "the same, HCAL1 of 0.25 m": (*ALL, hcal1(250.0)),
    "the same, HCAL1 of 0.25 m, exposure of 5e13": (*ALL, hcal1(250.0), exposure(5e13)),
}
"""Changes to the card of the projection, by name."""


def changed(card: Experiment, *changes: Change) -> Experiment:
    """Card of a set-up.

    Parameters
    ----------
    card : Experiment
        The card of the projection.
    changes : callable
        What differs, in this order: each changes the card's JSON-able form.

    Returns
    -------
    Experiment
        A new card, checked.
    """
    stored = card.model_dump(mode="json")
    for change in changes:
        change(stored)
    return experiment_from(stored)
