"""Mesons of protons on nucleons at rest by Pythia 8: SoftQCD:inelastic."""

from __future__ import annotations

import numpy as np

from semivis_gen.constants import M_PROTON
from semivis_gen.engines.pythia.hook import import_pythia, start
from semivis_gen.errors import EngineError, ParameterError
from semivis_gen.model import MESONS
from semivis_gen.production import MesonList

__all__ = ["mesons_from_pythia"]

LOWEST_ROOT_S = 10.0  # [GeV]; below, Pythia's soft processes do not start


def mesons_from_pythia(beam_energy: float, events: int, seed: int) -> MesonList:
    """Mesons of inelastic p p collisions.

    pi0, eta, eta', rho0, omega and phi are kept stable: pi0 of their decays do not count, those of charged rho and
    all others do. Nuclei, and secondary collisions in the target, are left out. About 5,000 (400 GeV) to 14,000 (70
    GeV) events a second.

    Parameters
    ----------
    beam_energy : float
        Energy of the protons [GeV], 53 or more.
    events : int
        How many collisions.
    seed : int
        Seed; the same seed gives the same list.

    Returns
    -------
    MesonList
        Turned about the beam at random with each use.

    Raises
    ------
    EngineError
        Where Pythia is absent or fails.
    ParameterError
        Where the energy is too low, or there are no events.
    """
    root_s = np.sqrt(2 * M_PROTON * (M_PROTON + beam_energy))
    if not (root_s >= LOWEST_ROOT_S and events >= 1 and seed >= 0):
        msg = (
            f"{events} events of {beam_energy:g} GeV protons, seed {seed}: take at least one event, sqrt(s) >= "
            f"{LOWEST_ROOT_S:g} GeV (beams of 53 GeV and more) and no negative seed"
        )
        raise ParameterError(msg)
    pythia = import_pythia().Pythia("", False)
    start(
        pythia,
        [
            "Print:quiet = on", "SoftQCD:inelastic = on", "Beams:frameType = 2", f"Beams:eA = {beam_energy!r}",
            f"Beams:eB = {M_PROTON!r}",
            *(f"{pdg}:mayDecay = off" for pdg in MESONS.values()),
        ],
        seed=seed,
    )  # fmt: skip
    wanted = frozenset(MESONS.values())
    rows: list[tuple[int, float, float, float]] = []
    done = 0
    for _ in range(events):
        if pythia.next():
            done += 1
            rows += [(p.id(), p.px(), p.py(), p.pz()) for p in pythia.event if p.isFinal() and p.id() in wanted]
    if not rows:
        msg = f"no meson in {done} of {events} events of Pythia; see its messages above"
        raise EngineError(msg)
    table = np.array(rows)
    return MesonList.of(table[:, 0], table[:, 1:], np.full(len(table), 1 / done), symmetric=True)
