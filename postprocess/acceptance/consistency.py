"""Whether events are of the experiment that is asked about: beam, energy, direction, frame, target, kind of target.

What a file says of its beams, and what its incoming particles are, is compared with the card. A difference is an error
that says what differs; a user who wants it names it (`allow`), and the table records it.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import numpy as np

from postprocess.experiment import Dump, Experiment
from semivis_gen.constants import ID_ELECTRON, ID_MUON, ID_PROTON, NUCLEUS_IDS, nucleus_charge
from semivis_gen.errors import EventFileError, ParameterError, SemivisWarning
from semivis_gen.events import STATUS_INCOMING, Events
from semivis_gen.model import label
from semivis_gen.target import ThickTarget

__all__ = ["CHECKS", "DECAYS_LACKING", "Consistency", "require_known"]

CHECKS = {
    "beam": "another beam particle",
    "energy": "another beam energy",
    "direction": "a beam that is not along +z",
    "frame": "a target that is not at rest",
    "target": "nuclei that the target does not hold",
    "decays": "decays that a signature sees are not among the events",
}
"""What can be allowed on purpose."""
DECAYS_LACKING = "decays"
THIN, PROCESSES = "thin-target", "processes"  # warned of, not refused

ENERGY_TOLERANCE = 1e-3  # generators round; a spread of the beam is not in event files
ANGLE_TOLERANCE = 1e-6  # of a momentum along z: (1 - cos theta)
BACKWARD = 1.0  # the same where particles scatter in the target before they make A'
REST_TOLERANCE = 1e-3  # momentum of a nucleus at rest over its mass
THICK_X0 = 0.5  # from this depth on the beam's energy losses matter
HARD = 0.9  # of the beam energy
BEAMS = (ID_ELECTRON, ID_MUON, ID_PROTON)


def require_known(allow: Collection[str]) -> None:
    """Refuse names that are none of `CHECKS`.

    Raises
    ------
    ParameterError
        With the known ones.
    """
    for name in allow:
        if name not in CHECKS:
            known = ", ".join(f"{key} ({what})" for key, what in CHECKS.items())
            msg = f"allow = {name!r} is no difference between events and card: take {known}"
            raise ParameterError(msg)


@dataclass(slots=True)
class Consistency:
    """Compares chunks of events with a card and keeps what was allowed."""

    experiment: Experiment
    """The card."""
    mode: str
    """Name of the scenario."""
    allow: frozenset[str] = frozenset()
    """Names of `CHECKS` that a user wants in spite of the difference."""
    found: dict[str, str] = field(default_factory=dict)
    """Differences found and allowed, by name."""

    def check(self, events: Events) -> None:
        """Compare one chunk.

        Parameters
        ----------
        events : Events
            From any source.

        Raises
        ------
        EventFileError
            At the first difference that is not allowed: what differs, and how to go on deliberately.
        """
        if not self.found.get(THIN) and (what := self._thin(events)):
            self.found[THIN] = what
            warnings.warn(what, SemivisWarning, stacklevel=2)
        made = {name for name in events.info.extra.get("processes", "").split(", ") if name}
        if made and PROCESSES not in self.found:
            wanted = {process.name for process in self.experiment.processes}
            if made != wanted:
                what = f"events of {', '.join(sorted(made))}, where the card makes A' by {', '.join(sorted(wanted))}"
                self.found[PROCESSES] = what
                warnings.warn(what, SemivisWarning, stacklevel=2)
        for name, what in self._differences(events):
            if name not in self.allow:
                file = "" if events.origin is None else f"{events.origin.path}: "
                msg = (
                    f"{file}these events are not of {self.experiment.name}: {what}; "
                    f"take events or a card that agree, or go on deliberately with --allow {name}"
                )
                raise EventFileError(msg)
            self.found.setdefault(name, what)

    def _differences(self, events: Events) -> Iterator[tuple[str, str]]:
        info, card = events.info, self.experiment
        beam_id, energy = info.beam_id if info.beam_energy > 0 else 0, info.beam_energy
        collider = card.beam.other_energy_GeV is not None
        incoming = _Incoming.of(events, forward=collider)
        if not energy and incoming is not None:  # the file does not say: its particles do
            beam_id, energy = incoming.pdg, incoming.energy
        if energy:
            yield from _energy(energy, card.beam_energy, name="first beam" if collider else "beam")
            if incoming is not None and incoming.energy > energy * (1 + ENERGY_TOLERANCE):
                what = f"incoming particles have up to {incoming.energy:g} GeV where the header says {energy:g} GeV"
                yield "energy", what + _hint(incoming.energy / energy)
            if collider:
                yield from self._second_beam(events)
            if beam_id and beam_id != card.beam.pdg_id:
                yield "beam", f"their beam is of {label(beam_id)}, the card's of {label(card.beam.pdg_id)}"
        if card.target is not None:
            if incoming is not None:
                yield from incoming.differences(BACKWARD if card.target.scattering else ANGLE_TOLERANCE)
            yield from self._target(events, card.target)

    def _second_beam(self, events: Events) -> Iterator[tuple[str, str]]:
        words, other = events.info.extra.get("second_beam", "").split(), self.experiment.beam.other_energy_GeV
        if other is not None and len(words) == 2:
            yield from _energy(float(words[1]), other.value, name="second beam")

    def _target(self, events: Events, target: Dump) -> Iterator[tuple[str, str]]:
        info, card = events.info, self.experiment
        z = nucleus_charge(info.target_id)
        if z and z not in {nucleus.z for nucleus, _ in card.material().elements}:
            names = ", ".join(layer.material for layer in target.layers)
            yield "target", f"they are made on nuclei of Z = {z} (id {info.target_id}), the card's target is {names}"

    def _thin(self, events: Events) -> str:
        """Size of what is missed where production at one energy stands for a beam that stops in a thick target."""
        info, card = events.info, self.experiment
        if card.target is None or info.rate_unit != "pb" or info.target_id < NUCLEUS_IDS:
            return ""
        source = card.source(self.mode)
        if not isinstance(source, ThickTarget) or source.thickness_x0 < THICK_X0:
            return ""
        track, depth = source.track_length(), source.thickness_x0
        soft = 1 - float(track.above(HARD * card.beam_energy)) / track.total
        return (
            f"all events are made by beam particles of one energy on a thin target, but in {card.name} "
            f"the beam loses its energy over {depth:g} X0 and {soft:.0%} of its track is below "
            f"{HARD:.0%} of the beam energy: A' come out too hard here; `semivis generate --experiment {card.name}` or "
            "samples at the energies of the dump (docs/production.md) are right"
        )


def _energy(found: float, wanted: float, *, name: str = "beam") -> Iterator[tuple[str, str]]:
    if abs(found / wanted - 1) > ENERGY_TOLERANCE:
        yield "energy", f"their {name} has {found:g} GeV, the card's {wanted:g} GeV{_hint(found / wanted)}"


def _hint(ratio: float) -> str:
    close = abs(ratio / 1000 - 1) < ENERGY_TOLERANCE
    return " (a factor 1000: are the momenta in MeV? they must be in GeV)" if close else ""


@dataclass(frozen=True, slots=True)
class _Incoming:
    """The beam particles of a chunk and what they hit."""

    pdg: int
    """Id of the beam particle of the first event."""
    energy: float
    """Largest energy of a beam particle [GeV]: those of a shower have less."""
    sideways: float
    """Largest 1 - cos of an angle between a beam particle and +z."""
    moving: float
    """Largest momentum of a struck nucleus over its mass."""

    @classmethod
    def of(cls, events: Events, *, forward: bool = False) -> _Incoming | None:
        """None where the events hold no incoming particles, or none toward +z where these alone count."""
        incoming = events.status == STATUS_INCOMING
        rows = np.flatnonzero(incoming & (events.momentum[:, 2] > 0) if forward else incoming)
        size = np.sqrt(np.einsum("ij,ij->i", events.momentum[rows], events.momentum[rows]))
        nucleus = np.abs(events.pdg[rows]) > NUCLEUS_IDS
        beam = ~nucleus & np.isin(np.abs(events.pdg[rows]), BEAMS) & (size > 0)
        if not beam.any():
            return None
        z = events.momentum[rows, 2]
        sideways = 1 - z[beam] / size[beam]
        moving = size[nucleus] / np.maximum(events.mass[rows][nucleus], 1e-9)
        energy = np.hypot(size[beam], events.mass[rows][beam])
        return cls(
            int(events.pdg[rows][beam][0]), float(energy.max()), float(sideways.max()), float(moving.max(initial=0.0))
        )

    def differences(self, tolerance: float) -> Iterator[tuple[str, str]]:
        """Where the beam is not along +z, 1 - cos up to a tolerance, on a target at rest."""
        if self.moving > REST_TOLERANCE:
            yield "frame", f"their nuclei move with {self.moving:.3g} of their mass, the card's target is at rest"
        elif self.sideways > tolerance:
            angle = np.degrees(np.arccos(np.clip(1 - self.sideways, -1, 1)))
            yield "direction", f"incoming particles fly up to {angle:.3g} degrees from +z, the card's beam along it"
