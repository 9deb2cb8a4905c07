"""Which decays of the particle that flies a signature counts: the card's `sees`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from postprocess.acceptance.requirements import sees_products
from postprocess.experiment import SCENARIOS, Experiment, Signature
from semivis_gen.decay import ELECTRONS_ONLY
from semivis_gen.model import CHANNELS, LEPTONS, DarkMasses, channel_names

GROUPS = ("leptons", "hadrons")

__all__ = ["channels_open", "channels_seen", "decays_seen", "decays_to_make", "seen_share", "strata"]


def decays_seen(signature: Signature) -> tuple[str, ...] | None:
    """Final states that a signature counts.

    Parameters
    ----------
    signature : Signature
        Of a card.

    Returns
    -------
    tuple of str or None
        Names of `model.DECAYS`; None where all decays count, and particles that do not decay.
    """
    if signature.sees is not None:
        return channel_names(seen.decay for seen in signature.sees)
    return ELECTRONS_ONLY if sees_products(signature) else None


def channels_seen(experiment: Experiment, mode: str) -> tuple[str, ...]:
    """Final states that any signature of a mode sees: what native samples decay to; e+ e- where none looks."""
    chosen = experiment.signatures_of(mode)
    names = [name for signature in chosen for name in decays_seen(signature) or ()]
    if any(signature.veto is not None for signature in chosen):  # whatever it is may be noticed
        names += GROUPS
    return channel_names(names or ELECTRONS_ONLY)


def channels_open(experiment: Experiment, mode: str, masses: DarkMasses) -> tuple[str, ...]:
    """Final states of `channels_seen` that are open at these masses, see `decays_to_make`."""
    return tuple(decays_to_make(SCENARIOS[mode].shares(masses), channels_seen(experiment, mode)))


def decays_to_make(shares: Mapping[str, float], channels: Sequence[str]) -> dict[str, float]:
    """Shares of those final states that are open and have a list of particles; e+ e- where none is.

    Parameters
    ----------
    shares : mapping
        Branching fractions by name.
    channels : sequence of str
        The final states that are wanted.

    Returns
    -------
    dict
        Never empty. Pairs e+ e- that stand in for closed final states are seen by no signature.
    """
    found = {name: shares[name] for name in channels if name in CHANNELS and shares.get(name, 0.0) > 0}
    return found or {"e+ e-": 1.0}


def seen_share(signature: Signature, shares: Mapping[str, float]) -> float:
    """Share of decays that a signature counts; 1 where it counts all."""
    names = decays_seen(signature)
    return 1.0 if names is None else sum(shares.get(name, 0.0) for name in names)


def strata(signature: Signature) -> tuple[tuple[str, ...] | None, ...]:
    """Final states of a signature in groups whose shares the masses decide: each pair of leptons, hadrons together."""
    names = decays_seen(signature)
    if names is None:
        return (None,)
    hadrons = tuple(name for name in names if name not in LEPTONS)
    return (*((name,) for name in names if name in LEPTONS), *([hadrons] if hadrons else []))
