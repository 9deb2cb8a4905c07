"""Cards of earlier versions, read as they are written now.

before                                                         now
exposure: {electrons_on_target: ...}                           exposure: {particles_on_target: ...}
target: {secondaries: true, cross_section: ww, shape: iww}     production: [{process: bremsstrahlung, particles: shower,
                                                                             cross_section: ww, shape: iww}]
target: {annihilation: true}                                   production: [{process: annihilation}]
beam: {spread_GeV: ...}                                        nothing: it never entered a result
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError

from postprocess.experiment.cards import shown
from semivis_gen.errors import CardError

__all__ = ["new_form"]

SWITCHES = ("secondaries", "annihilation", "cross_section", "shape")
ELECTRONS, SPREAD = "electrons_on_target", "spread_GeV"


def new_form(card: dict[str, Any], base: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Bring a card into the present form.

    Parameters
    ----------
    card : dict
        As it is in its file, without `extends`.
    base : dict
        The card that it extends, in the present form; empty where it extends none.

    Returns
    -------
    dict, str
        The card, and what to write instead of the old keys; the same card and nothing where there are none.

    Raises
    ------
    CardError
        Where old and new keys for the same thing stand side by side, or a switch is neither true nor false.
    """
    card = {key: dict(value) if isinstance(value, dict) else value for key, value in card.items()}
    exposure, target, beam = (_mapping(card, key) for key in ("exposure", "target", "beam"))
    advice = []
    if ELECTRONS in exposure:
        if "particles_on_target" in exposure:
            msg = f"exposure.{ELECTRONS}: is the old name of particles_on_target, which stands there as well; drop it"
            raise CardError(msg)
        exposure["particles_on_target"] = exposure.pop(ELECTRONS)
        advice.append(f"exposure.particles_on_target instead of {ELECTRONS}")
    if SPREAD in beam:
        del beam[SPREAD]
        advice.append(f"no beam.{SPREAD}, which never entered a result")
    switches = {key: target.pop(key) for key in SWITCHES if key in target}
    if switches or (advice and not base and "production" not in card):
        if "production" in card:
            msg = f"target.{next(iter(switches))}: is an old key that stands beside production; write it there"
            raise CardError(msg)
        card["production"] = _production(switches, base)
        written = ", ".join(_inline(item) for item in card["production"])
        instead = f" instead of target.{', '.join(switches)}" if switches else ""
        advice.append(f"production: [{written}]{instead}" if written else f"no target.{', '.join(switches)}")
        if not card["production"]:
            del card["production"]
    if not target and switches and base:
        del card["target"]
    return card, f"is in the form of an earlier version; write {'; '.join(advice)}" if advice else ""


def _mapping(card: dict[str, Any], key: str) -> dict[str, Any]:
    value = card.get(key)
    return value if isinstance(value, dict) else {}


def _production(switches: dict[str, Any], base: dict[str, Any]) -> list[dict[str, Any]]:
    """Processes that switches of an old target stand for; only what they change where a card is extended."""
    items = []
    radiation: dict[str, Any] = {"process": "bremsstrahlung"}
    if "secondaries" in switches or not base:
        shower = _flag("secondaries", switches.get("secondaries"))
        radiation["particles"] = "shower" if shower else "primary"
    radiation |= {key: switches[key] for key in ("cross_section", "shape") if key in switches}
    if len(radiation) > 1:
        items.append(radiation)
    if "annihilation" in switches:
        inherited = base.get("production")
        items_of = inherited if isinstance(inherited, list) else []
        there = any(isinstance(item, dict) and item.get("process") == "annihilation" for item in items_of)
        if _flag("annihilation", switches["annihilation"]):
            items.append({"process": "annihilation"})
        elif there:
            items.append({"process": "annihilation", "drop": True})
    return items


def _flag(key: str, value: Any) -> bool:
    try:
        return value is not None and TypeAdapter(bool).validate_python(value)
    except ValidationError as error:
        msg = f"target.{key} = {shown(value)}: must be true or false; correct the value"
        raise CardError(msg) from error


def _inline(item: dict[str, Any]) -> str:
    return (
        "{" + ", ".join(f"{key}: {str(value).lower() if value is True else value}" for key, value in item.items()) + "}"
    )
