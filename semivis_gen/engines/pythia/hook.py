"""The hook that makes Pythia decay A' and chi2 exactly."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from semivis_gen.constants import ID_APRIME, ID_CHI1, ID_CHI2
from semivis_gen.engines.pythia.dark_decays import ON_MODES, DarkDecays
from semivis_gen.engines.pythia.data import particle_data
from semivis_gen.errors import EngineError
from semivis_gen.model import DarkSector

__all__ = ["attach", "import_pythia", "start"]

MAX_SEED = 900_000_000  # Pythia's
OLDEST = 8.311  # the bindings of 8.310 cannot call Python hooks of the hadron level


def import_pythia() -> Any:
    """Import pythia8mc.

    Returns
    -------
    module
        The module.

    Raises
    ------
    EngineError
        Where it is absent or too old.
    """
    try:
        import pythia8mc
    except ImportError as error:
        msg = f"Pythia 8 is not installed ({error}); install the extra: pip install 'semivis[pythia]'"
        raise EngineError(msg) from error
    version = pythia8mc.Pythia("", False).parm("Pythia:versionNumber")
    if version == 0:
        msg = "pythia8mc does not find its data (see its message above); set PYTHIA8DATA to its share/Pythia8/xmldoc"
        raise EngineError(msg)
    if version < OLDEST:
        msg = f"pythia8mc {version:.3f} is too old: {OLDEST:.3f} or newer is needed; pip install 'semivis[pythia]'"
        raise EngineError(msg)
    return pythia8mc


def read_settings(pythia: Any, lines: Sequence[str]) -> None:
    """Give Pythia settings; one that it refuses is an `EngineError`."""
    for line in lines:
        if not pythia.readString(line):
            msg = f"Pythia does not accept the setting {line!r}; see its message above"
            raise EngineError(msg)


def start(pythia: Any, lines: Sequence[str], *, seed: int) -> None:
    """Seed Pythia, give it settings, which may hold another seed, and initialise it.

    Raises
    ------
    EngineError
        Where it refuses.
    """
    read_settings(pythia, ["Random:setSeed = on", f"Random:seed = {seed % MAX_SEED + 1}", *lines])
    if not pythia.init():
        msg = "Pythia does not start with these settings; see its message above"
        raise EngineError(msg)


def attach(pythia: Any, point: DarkSector, *, seed: int) -> DarkDecays:
    """Give a Pythia object the dark particles of a physics point and their exact decays.

    Parameters
    ----------
    pythia : pythia8mc.Pythia
        Before its `init`. Later settings such as `58:onMode` and `58:onIfAny` hold.
    point : DarkSector
        The physics point.
    seed : int
        Seed of the decays; Pythia has its own.

    Returns
    -------
    DarkDecays
        The decays in use; they live as long as the Pythia object.

    Raises
    ------
    EngineError
        Where Pythia refuses a setting.
    """
    hooks: Any = import_pythia().UserHooks
    decays = DarkDecays(point, seed=seed)
    read_settings(pythia, [*particle_data(point), f"{ID_APRIME}:mayDecay = off", f"{ID_CHI2}:mayDecay = off"])

    class Hook(hooks):  # type: ignore[misc]
        """Decays at the end of the hadron level, or of the event where there is no hadron level."""

        def __init__(self, owner: Any) -> None:
            hooks.__init__(self)
            self.owner = owner  # weak: a hook that owned its Pythia would keep both for ever
            self.table: list[_Entry] = []

        def initAfterBeams(self) -> bool:
            # later in init Pythia's own dark-matter models and SLHA blocks of files overwrite all this
            for pdg in (ID_CHI1, *decays.channels):
                entry = self.owner().particleData.particleDataEntryPtr(pdg)
                self.table.append(_Entry.of(entry))
                if pdg in decays.channels:
                    decays.channels[pdg] = self.table[-1].open_channels()
            return True

        def onBeginEvent(self) -> None:
            while self.table:
                stored = self.table.pop()
                stored.restore(self.owner().particleData.particleDataEntryPtr(stored.pdg))

        def onEndHadronLevel(self, _level: Any, _copy: Any) -> bool:
            decays.decay(self.owner().event)  # the argument is a copy in these bindings
            return True

        def onEndEvent(self, status: Any) -> None:
            if status == hooks.Status.COMPLETE:
                decays.decay(self.owner().event)

    hook = Hook(weakref.ref(pythia))
    if not pythia.addUserHooksPtr(hook):
        msg = "Pythia does not accept the decay hook; attach before init"
        raise EngineError(msg)
    # Pythia holds only the C++ half; without the Python half the decays would silently stop
    weakref.finalize(pythia, _keep, hook).atexit = False
    return decays


def _keep(_hook: Any) -> None:
    """Hold a reference: the arguments of a finalizer live as long as its object."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a physics point and the user's settings say of one particle, to be put back after `init`."""

    pdg: int
    numbers: tuple[float, ...]
    channels: tuple[tuple[int, float, tuple[int, ...]], ...]

    @classmethod
    def of(cls, entry: Any) -> _Entry:
        rows = [entry.channel(i) for i in range(entry.sizeChannels())]
        channels = [(r.onMode(), r.bRatio(), tuple(r.product(j) for j in range(r.multiplicity()))) for r in rows]
        numbers = (entry.m0(), entry.mWidth(), entry.mMin(), entry.mMax(), entry.tau0())
        return cls(entry.id(), numbers, tuple(channels))

    def open_channels(self) -> list[tuple[tuple[int, ...], float]]:
        return [(products, share) for mode, share, products in self.channels if mode in ON_MODES and share > 0]

    def restore(self, entry: Any) -> None:
        setters = (entry.setM0, entry.setMWidth, entry.setMMin, entry.setMMax, entry.setTau0)
        for setter, number in zip(setters, self.numbers, strict=True):
            setter(number)
        entry.setIsResonance(False)
        entry.setMayDecay(False)  # the decays are ours
        entry.clearChannels()
        for mode, share, products in self.channels:
            entry.addChannel(mode, share, 0, *products)
