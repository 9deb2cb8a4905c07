"""Pythia's particle data for the dark sector: settings strings, which any Pythia 8 (C++ or Python) reads."""

from __future__ import annotations

from typing import Final

from semivis_gen.constants import ID_APRIME, ID_CHI1, ID_CHI2, ID_PHOTON
from semivis_gen.decay import decay_channels
from semivis_gen.errors import ParameterError
from semivis_gen.model import CHANNELS, MESONS, DarkSector, Particle, compute_widths, label, labels
from semivis_gen.production import PHOTON_BRANCHING

__all__ = ["TWO_PHOTONS", "aprime_branching", "dark_channels", "meson_settings", "particle_data"]

TWO_PHOTONS: Final = {MESONS[name]: PHOTON_BRANCHING[name] for name in ("pi0", "eta", "eta'")}
"""Branching fraction to two photons by PDG id."""
LINE_SHAPE_WIDTHS = 15  # how far A' may be off its mass, as MadGraph's bwcutoff


def dark_channels(point: DarkSector) -> dict[int, dict[tuple[int, ...], float]]:
    """Decay channels of A' and chi2 with their shares.

    Parameters
    ----------
    point : DarkSector
        The physics point.

    Returns
    -------
    dict
        For 55 and 58, ids of the products and branching fractions. An A' decays to chi1 chi2 and to pairs: what is
        left out, its decays to three mesons and more, has a share of the order alpha epsilon^2/alpha_D.
    """
    aprime: dict[tuple[int, ...], float] = {(ID_CHI1, ID_CHI2): 0.0}
    for name, share in compute_widths(point).branching_aprime.items():
        if name == "chi1 chi2":
            aprime[ID_CHI1, ID_CHI2] = share
        elif share > 0 and name in CHANNELS and len(CHANNELS[name].pdg) == 2:
            aprime[CHANNELS[name].pdg] = share
    chi2 = {(ID_CHI1, *CHANNELS[name].pdg): share for name, share in decay_channels(point.masses).items()}
    return {ID_APRIME: aprime, ID_CHI2: chi2}


def particle_data(point: DarkSector) -> list[str]:
    """Settings that define A', chi1 and chi2: masses, widths, lifetimes, open decay channels.

    Parameters
    ----------
    point : DarkSector
        The physics point.

    Returns
    -------
    list of str
        Lines for `Pythia.readString` or a .cmnd file; tau0 in mm, the rest in GeV.

    Notes
    -----
    By default Pythia takes 55, 52 and 58 for its own dark-matter models and computes widths and branchings for them
    in `init`: `doForceWidth` and `tauCalc` keep the width of A' and the lifetimes; branchings do not survive, nor does
    anything that an SLHA block of an LHE file says otherwise. `pythia.attach` mends both; without it, chi2 decays with
    flat phase space.
    """
    masses, widths = point.masses, compute_widths(point)
    low = max(masses.sigma, masses.m_aprime - LINE_SHAPE_WIDTHS * widths.gamma_aprime)
    high = masses.m_aprime + LINE_SHAPE_WIDTHS * widths.gamma_aprime
    lines = [
        f"{ID_APRIME}:new = A' void 3 0 0 {masses.m_aprime!r} {widths.gamma_aprime!r} {low!r} {high!r} "
        f"{widths.ctau_aprime!r}",
        f"{ID_CHI1}:new = chi1 void 2 0 0 {masses.m_chi1!r} 0 0 0 0",
        f"{ID_CHI2}:new = chi2 void 2 0 0 {masses.m_chi2!r} {widths.gamma_chi2!r} 0 0 {widths.ctau_chi2!r}",
        f"{ID_CHI1}:mayDecay = off",
    ]
    for pdg in (ID_APRIME, ID_CHI1, ID_CHI2):
        lines += [f"{pdg}:isResonance = off", f"{pdg}:isVisible = off"]
    for pdg, channels in dark_channels(point).items():
        lines += [f"{pdg}:doForceWidth = on", f"{pdg}:tauCalc = off"]
        verb = "oneChannel"
        for products, share in channels.items():
            lines.append(f"{pdg}:{verb} = 1 {share!r} 0 {' '.join(map(str, products))}")
            verb = "addChannel"
    return lines


def aprime_branching(point: DarkSector, meson: int) -> float:
    """Branching fraction of a pseudoscalar meson to photon and A'.

    BR(P -> gamma A') = 2 eps^2 (1 - m_A'^2/m_P^2)^3 BR(P -> gamma gamma), Batell, Pospelov and Ritz,
    arXiv:0906.5614, eq. (8).

    Parameters
    ----------
    point : DarkSector
        The physics point.
    meson : int
        111 (pi0), 221 (eta) or 331 (eta').

    Returns
    -------
    float
        The fraction, zero where the decay is closed.

    Raises
    ------
    ParameterError
        For other mesons.
    """
    if meson not in TWO_PHOTONS:
        msg = f"{label(meson)} has no photon A' channel here: take one of {labels(TWO_PHOTONS)}"
        raise ParameterError(msg)
    room = 1 - (point.masses.m_aprime / Particle.of(meson).mass) ** 2
    return 2 * point.epsilon**2 * room**3 * TWO_PHOTONS[meson] if room > 0 else 0.0


def meson_settings(
    point: DarkSector, mesons: tuple[int, ...] = tuple(TWO_PHOTONS), *, forced: bool = True
) -> list[str]:
    """Settings that give mesons the decay to photon and A'.

    Parameters
    ----------
    point : DarkSector
        The physics point.
    mesons : tuple of int
        PDG ids; those too light for A' are left as they are.
    forced : bool
        Whether this becomes the only decay, each A' then carrying the weight `aprime_branching`; otherwise the
        channel stands beside the others with its true, tiny fraction.

    Returns
    -------
    list of str
        Lines for `Pythia.readString`.
    """
    lines = []
    for meson in mesons:
        share = aprime_branching(point, meson)
        if share > 0:
            verb, value = ("oneChannel", 1.0) if forced else ("addChannel", share)
            lines.append(f"{meson}:{verb} = 1 {value!r} 0 {ID_PHOTON} {ID_APRIME}")
    return lines
