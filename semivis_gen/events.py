"""Events: one record of flat arrays, the contract between generators, files and analysis.

Particles of all events stand in one row each, event after event; `offsets` marks where events begin.
Energies are never stored: they follow from (p, m), so a 100 GeV electron keeps its mass.
The couplings epsilon and alpha_D are not part of the kinematics: proper lifetimes (`ctau`) are zero until
they are sampled for a physics point.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semivis_gen.arrays import BoolArray, FloatArray, IndexArray, IntArray
from semivis_gen.constants import ID_APRIME, ID_CHI1, ID_CHI2
from semivis_gen.errors import EventFileError
from semivis_gen.model import DarkMasses, DarkSector, label

__all__ = [
    "STATUS_DECAYED",
    "STATUS_FINAL",
    "STATUS_INCOMING",
    "Accord",
    "Events",
    "IdMap",
    "Origin",
    "RunInfo",
    "Topology",
    "concatenate",
    "slice_events",
]


PARTICLE_COLUMNS = ("pdg", "status", "mothers", "momentum", "mass", "ctau")
STATUS_INCOMING, STATUS_FINAL, STATUS_DECAYED = -1, 1, 2  # ISTUP of the Les Houches accord, hep-ph/0109068


@dataclass(frozen=True, slots=True)
class IdMap:
    """Particle ids that a file uses for the dark sector, where they are not semivis's own."""

    aprime: int = ID_APRIME
    """Id of A' in the file."""
    chi1: int = ID_CHI1
    """Id of chi1 in the file."""
    chi2: int = ID_CHI2
    """Id of chi2 in the file."""

    def to_native(self, pdg: ArrayLike) -> IntArray:
        """Translate ids of a file to semivis's (sign is kept; other ids pass unchanged)."""
        ids = np.asarray(pdg, dtype=np.int32)
        out = ids.copy()
        for foreign, native in ((self.aprime, ID_APRIME), (self.chi1, ID_CHI1), (self.chi2, ID_CHI2)):
            if foreign != native:
                hit = np.abs(ids) == foreign
                out[hit] = np.sign(ids[hit]) * native
        return out

    def from_native(self, pdg: ArrayLike) -> IntArray:
        """Translate semivis's ids to those of a file."""
        ids = np.asarray(pdg, dtype=np.int32)
        out = ids.copy()
        for foreign, native in ((self.aprime, ID_APRIME), (self.chi1, ID_CHI1), (self.chi2, ID_CHI2)):
            if foreign != native:
                hit = np.abs(ids) == native
                out[hit] = np.sign(ids[hit]) * foreign
        return out


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What holds for all events of a run; travels in file headers."""

    generator: str = "semivis"
    """Program that made the events."""
    version: str = ""
    """Its version."""
    masses: DarkMasses | None = None
    """Dark-sector masses, where known."""
    point: DarkSector | None = None
    """Physics point for which lifetimes were sampled; None where they were not."""
    beam_id: int = 11
    """PDG id of the beam particle."""
    beam_energy: float = 0.0
    """Beam energy [GeV]."""
    target_id: int = 0
    """PDG id of the target nucleus, 0 for a mixture."""
    target_mass: float = 0.0
    """Mass of the target nucleus [GeV], 0 for a mixture."""
    rate: float = 0.0
    """Sum of all weights of the run divided by the number of events tried: see `rate_unit`."""
    rate_error: float = 0.0
    """One-sigma error of `rate`."""
    rate_unit: str = "pb"
    """`pb` (cross-section, thin target) or `A' per electron`, per positron ... (thick target), at `rate_epsilon`."""
    rate_epsilon: float = 1.0
    """Kinetic mixing at which `rate` is quoted; it scales with the square."""
    seed: int | None = None
    """Random seed."""
    weight_mean: str = "one"
    """Mean of the weights over the run: `one`, `rate` where they are cross-sections, or `unknown`."""
    weight: str = ""
    """Name of the weight that the events carry, where the file names it."""
    weight_names: tuple[str, ...] = ()
    """Names of all weights of the file that the events come from; one of them is read."""
    process: str = ""
    """Production process of these events, a name of `production.PROCESSES`; empty where unknown or mixed."""
    extra: dict[str, str] = field(default_factory=dict)
    """Anything else worth keeping: options, digests."""

    def at_epsilon(self, epsilon: float) -> RunInfo:
        """Return the same with the rate quoted at another kinetic mixing."""
        scale = (epsilon / self.rate_epsilon) ** 2
        return replace(self, rate=self.rate * scale, rate_error=self.rate_error * scale, rate_epsilon=epsilon)


@dataclass(frozen=True, slots=True)
class Topology:
    """Ids, states and mothers shared by all events of a generator."""

    pdg: tuple[int, ...]
    """PDG ids."""
    status: tuple[int, ...]
    """-1 incoming, 1 final, 2 decayed."""
    mothers: tuple[tuple[int, int], ...]
    """First and last mother, counted from 0 within the event; (-1, -1) for none."""


@dataclass(frozen=True, slots=True, eq=False)
class Accord:
    """What the Les Houches accord says of N particles and n events, and semivis itself does not use."""

    colours: IntArray
    """ICOLUP, shape (N, 2)."""
    spins: FloatArray
    """SPINUP, shape (N,)."""
    scales: FloatArray
    """SCALUP [GeV], AQEDUP, AQCDUP, shape (n, 3)."""

    def part(self, events: slice | BoolArray, particles: slice | BoolArray) -> Accord:
        """Some of the events."""
        return Accord(self.colours[particles], self.spins[particles], self.scales[events])


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Where n events stand in a file."""

    path: str
    """The file."""
    number: IndexArray
    """Number of each event in the file, from 1, shape (n,)."""
    line: IndexArray
    """Line on which each event begins, from 1; 0 in files without lines, shape (n,)."""

    def part(self, events: slice | BoolArray) -> Origin:
        """Some of the events."""
        return Origin(self.path, self.number[events], self.line[events])


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Arrays of events; n events with N particles in all."""

    offsets: IndexArray
    """First particle of each event and N at the end, shape (n + 1,)."""
    pdg: IntArray
    """PDG ids, shape (N,)."""
    status: NDArray[np.int8]
    """-1 incoming, 1 final, 2 decayed, shape (N,)."""
    mothers: IntArray
    """First and last mother within the event, counted from 0, -1 for none, shape (N, 2)."""
    momentum: FloatArray
    """Three-momenta [GeV], shape (N, 3)."""
    mass: FloatArray
    """Masses [GeV], shape (N,)."""
    ctau: FloatArray
    """Proper decay lengths c tau [mm], 0 where not sampled, prompt or stable, shape (N,)."""
    weight: FloatArray
    """Event weights, shape (n,)."""
    vertex: FloatArray
    """Production point (x, y, z, c t) [mm] of each event's first interaction, shape (n, 4)."""
    info: RunInfo = field(default_factory=RunInfo)
    """What holds for the whole run."""
    accord: Accord | None = None
    """Colours, spins and scales, where the events come from a Les Houches file that has them."""
    origin: Origin | None = None
    """Where the events stand in their file."""

    @classmethod
    def from_topology(
        cls,
        topology: Topology,
        momentum: FloatArray,
        mass: FloatArray,
        *,
        weight: FloatArray | None = None,
        vertex: FloatArray | None = None,
        ctau: FloatArray | None = None,
        info: RunInfo | None = None,
    ) -> Events:
        """Build events that all have the same particles.

        Parameters
        ----------
        topology : Topology
            The k particles of each event.
        momentum : ndarray
            Three-momenta [GeV], shape (n, k, 3).
        mass : ndarray
            Masses [GeV], shape (n, k) or (k,).
        weight, vertex, ctau : ndarray, optional
            Shapes (n,), (n, 4), (n, k); ones, zeros and zeros where absent.
        info : RunInfo, optional
            Run information.

        Returns
        -------
        Events
            The record; arrays are copied where they must be spread over events.
        """
        n, k = momentum.shape[:2]
        return cls(
            offsets=np.arange(0, (n + 1) * k, k, dtype=np.int64),
            pdg=np.tile(np.asarray(topology.pdg, dtype=np.int32), n),
            status=np.tile(np.asarray(topology.status, dtype=np.int8), n),
            mothers=np.tile(np.asarray(topology.mothers, dtype=np.int32), (n, 1)),
            momentum=np.ascontiguousarray(momentum, dtype=float).reshape(n * k, 3),
            mass=np.ascontiguousarray(np.broadcast_to(mass, (n, k)), dtype=float).reshape(-1),
            ctau=np.zeros(n * k) if ctau is None else np.ascontiguousarray(ctau, dtype=float).reshape(-1),
            weight=np.ones(n) if weight is None else np.asarray(weight, dtype=float),
            vertex=np.zeros((n, 4)) if vertex is None else np.asarray(vertex, dtype=float),
            info=info or RunInfo(),
        )

    def __len__(self) -> int:
        """Count the events."""
        return len(self.offsets) - 1

    @property
    def energy(self) -> FloatArray:
        """Energies sqrt(p^2 + m^2) [GeV], shape (N,)."""
        return np.asarray(np.sqrt(np.einsum("ij,ij->i", self.momentum, self.momentum) + self.mass**2))

    @property
    def event_of_particle(self) -> IndexArray:
        """Index of the event that each particle belongs to, shape (N,)."""
        return np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.offsets))

    @property
    def start_of_particle(self) -> IndexArray:
        """First row of the event that each particle belongs to, shape (N,): what mothers are counted from."""
        return np.repeat(self.offsets[:-1], np.diff(self.offsets))

    def event_at(self, row: int) -> int:
        """Index of the event that holds a row of the particle arrays."""
        return int(np.searchsorted(self.offsets, row, side="right")) - 1

    @property
    def alike(self) -> int:
        """Number of particles of every event, where all events have the same and the same mothers; else 0."""
        n = len(self)
        k = len(self.pdg) // n if n else 0
        same = len(self.pdg) == n * k and bool((np.diff(self.offsets) == k).all())
        return k if same and bool((self.mothers.reshape(n, -1) == self.mothers[:k].ravel()).all()) else 0

    def place(self, event: int) -> str:
        """What to call an event in a message: its file, line and number, as far as known.

        Examples
        --------
        >>> Events.from_topology(Topology((11,), (1,), ((-1, -1),)), np.zeros((3, 1, 3)), np.zeros(1)).place(2)
        'event 3'
        """
        if self.origin is None:
            return f"event {event + 1}"
        line = int(self.origin.line[event])
        return f"{self.origin.path}, {f'line {line}, ' if line else ''}event {int(self.origin.number[event])}"

    def only(self, pdg: int, *, name: str = "") -> IndexArray:
        """Row of the one particle with this id in each event.

        Parameters
        ----------
        pdg : int
            PDG id, sign ignored; only final and decayed particles count.
        name : str
            What to call it in the error.

        Returns
        -------
        ndarray
            Rows into the particle arrays, shape (n,).

        Raises
        ------
        EventFileError
            Where an event has none or several.
        """
        real = np.isin(self.status, (STATUS_FINAL, STATUS_DECAYED))  # showers keep copies with status 3
        rows = np.flatnonzero((np.abs(self.pdg) == abs(pdg)) & real)
        count = np.bincount(self.event_of_particle[rows], minlength=len(self))
        if np.any(count != 1):
            bad = int(np.flatnonzero(count != 1)[0])
            called = f"{pdg} ({name})" if name else label(pdg)
            what = f"{int(count[bad])} particles with id {called}, not one"
            msg = f"{self.place(bad)} has {what}; map foreign ids with --pdg NAME=ID"
            raise EventFileError(msg)
        return rows

    def children(self, rows: IndexArray) -> tuple[IndexArray, IndexArray]:
        """Direct decay products of given particles.

        Parameters
        ----------
        rows : ndarray
            Rows of the parents, at most one an event.

        Returns
        -------
        child, parent : ndarray
            Rows of the products and, for each, the position of its parent in `rows`.
        """
        position = np.full(len(self.pdg), -1, dtype=np.int64)
        position[rows] = np.arange(len(rows))
        first = self.mothers[:, 0]
        mother = np.where(first >= 0, self.start_of_particle + first, 0)
        parent = np.where(first >= 0, position[mother], -1)
        child = np.flatnonzero(parent >= 0)
        return child, parent[child]

    def select(self, keep: BoolArray) -> Events:
        """Events where `keep` (shape (n,)) is true."""
        lengths = np.diff(self.offsets)[keep]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        return _part(self, offsets, keep, np.repeat(keep, np.diff(self.offsets)))

    def with_info(self, **changes: object) -> Events:
        """Copy with changed run information."""
        return replace(self, info=replace(self.info, **changes))  # type: ignore[arg-type]


def concatenate(parts: list[Events]) -> Events:
    """Join chunks of one run; the run information of the first is kept, its process where all have the same."""
    if not parts:
        msg = "no events to join: the source is empty"
        raise EventFileError(msg)
    shift = np.cumsum([0] + [len(p.pdg) for p in parts])
    offsets = [p.offsets[:-1] + s for p, s in zip(parts, shift[:-1], strict=True)] + [shift[-1:]]
    columns = (*PARTICLE_COLUMNS, "weight", "vertex")
    joined = {k: np.concatenate([getattr(p, k) for p in parts]) for k in columns}
    info = parts[0].info
    if any(p.info.process != info.process for p in parts):
        info = replace(info, process="")
    return Events(
        offsets=np.concatenate(offsets).astype(np.int64), info=info, accord=_joined_accord(parts),
        origin=_joined_origin(parts), **joined,
    )  # fmt: skip


def _joined_accord(parts: list[Events]) -> Accord | None:
    known = [p.accord for p in parts if p.accord is not None]
    if len(known) < len(parts):
        return None
    return Accord(*(np.concatenate([getattr(a, k) for a in known]) for k in ("colours", "spins", "scales")))


def _joined_origin(parts: list[Events]) -> Origin | None:
    known = [p.origin for p in parts if p.origin is not None]
    if len(known) < len(parts) or len({origin.path for origin in known}) > 1:
        return None
    return Origin(known[0].path, *(np.concatenate([getattr(o, k) for o in known]) for k in ("number", "line")))


def _part(events: Events, offsets: IndexArray, of_event: slice | BoolArray, of_particle: slice | BoolArray) -> Events:
    """Some events, whose particles begin at new offsets."""
    return replace(
        events,
        offsets=offsets,
        weight=events.weight[of_event],
        vertex=events.vertex[of_event],
        accord=None if events.accord is None else events.accord.part(of_event, of_particle),
        origin=None if events.origin is None else events.origin.part(of_event),
        **{name: getattr(events, name)[of_particle] for name in PARTICLE_COLUMNS},
    )


def slice_events(events: Events, start: int, stop: int) -> Events:
    """Events number `start` to `stop` - 1, as views where possible."""
    first, last = int(events.offsets[start]), int(events.offsets[stop])
    return _part(events, events.offsets[start : stop + 1] - first, slice(start, stop), slice(first, last))
