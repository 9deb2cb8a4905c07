"""The lower edge of an exclusion as a limit of Darkcast (JHEP 06 (2018) 004): NAME.lmt, and NAME.py, its note.

Darkcast rescales a dark photon's couplings. Where a signature takes missing energy, chi2 outlives the detector at the
lower edge of a semi-visible exclusion, so that A' is as good as invisible: the number of events goes with production
alone, as Darkcast supposes for its invisible limits. Where decays are asked for it does not, and the upper edge is a
matter of the lifetime of chi2, which Darkcast does not know: it is left out.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np

from postprocess.acceptance import SCENARIOS
from postprocess.experiment import Experiment
from postprocess.limits import Contour
from semivis_gen.errors import OutputError, ParameterError
from semivis_gen.io import atomic_path
from semivis_gen.version import __version__

__all__ = ["NOT_EXCLUDED", "PRODUCTIONS", "require_invisible_like", "write_darkcast"]

NOT_EXCLUDED = 1e5
"""Coupling at masses between excluded ones that are not: the largest that Darkcast looks at."""
PRODUCTIONS = {
    "e_brem": "bremsstrahlung of electrons",
    "e_e": "e+ e- annihilation",
    "p_brem": "bremsstrahlung of protons",
    "pi0_gamma": "pi0 -> gamma A'",
    "eta_gamma": "eta -> gamma A'",
}
"""Darkcast's names of what makes A', of use here."""
NAME = re.compile(r"[A-Za-z_]\w*")


def require_invisible_like(experiment: Experiment, mode: str) -> None:
    """Refuse a mode whose signatures all ask for a decay: the lower edge then goes with a lifetime.

    Raises
    ------
    ParameterError
        With the signatures.
    """
    signatures = experiment.signatures_of(mode)
    if not SCENARIOS[mode].decays or any(math.isinf(experiment.region(signature)[1]) for signature in signatures):
        return
    names = ", ".join(signature.name for signature in signatures)
    msg = (
        f"{names} of {experiment.name} in the {mode} mode ask for a decay, so that the lower edge goes with lifetime: "
        "no invisible-like limit; take a mode with a signature that ends at infinity"
    )
    raise ParameterError(msg)


def write_darkcast(contour: Contour, path: str | Path, *, production: str, made: str = "") -> tuple[Path, int]:
    """Write the observed lower edge and its note.

    Parameters
    ----------
    contour : Contour
        In (m_A', epsilon).
    path : str or Path
        NAME.lmt; the note is NAME.py beside it, as Darkcast looks for it.
    production : str
        One of `PRODUCTIONS`.
    made : str
        What the contour is of, for the note.

    Returns
    -------
    Path, int
        The note, and the number of masses.

    Raises
    ------
    ParameterError
        For another plane, another suffix, a name that is none of a Python module, or where nothing is excluded.
    OutputError
        Where a file cannot be written.
    """
    target = Path(path)
    if (contour.x_name, contour.y_name) != ("m_aprime_GeV", "epsilon"):
        msg = f"Darkcast's limits are of epsilon against m_A', not of {contour.y_name} against {contour.x_name}"
        raise ParameterError(msg)
    if target.suffix != ".lmt" or not NAME.fullmatch(target.stem):
        msg = (
            f"{path}: Darkcast imports the note NAME.py: take letters, digits and _ and the suffix .lmt: NA64_mine.lmt"
        )
        raise ParameterError(msg)
    excluded = np.flatnonzero(contour.excluded)
    if not len(excluded):
        msg = "the contour excludes nothing: Darkcast has no use for it"
        raise ParameterError(msg)
    rows = slice(excluded[0], excluded[-1] + 1)
    mass, lower = contour.x[rows], np.where(np.isnan(contour.low[0]), NOT_EXCLUDED, contour.low[0])[rows]
    text = "#      mass       lower\n" + "".join(f"{m:11.4e} {y:11.4e}\n" for m, y in zip(mass, lower, strict=True))
    note = target.with_suffix(".py")
    if note.exists() and not note.read_text(encoding="utf-8", errors="replace").startswith(HEAD):
        msg = f"{note} is not a note of semivis: it would be overwritten; choose another --output"
        raise OutputError(msg)
    with atomic_path(target) as temporary:
        temporary.write_text(text, encoding="utf-8")
    with atomic_path(note) as temporary:
        temporary.write_text(_note(target.stem, production, made), encoding="utf-8")
    return note, len(mass)


HEAD = "# Written by semivis"


def _note(name: str, production: str, made: str) -> str:
    lines = [
        f"{HEAD} {__version__}.",
        "import darkcast",
        'notes = """',
        f"Lower edge of an exclusion by semivis{f': {made}' if made else ''}.",
        "",
        "At this edge chi2 outlives the detector: the search is an invisible one, with",
        "an efficiency ratio of unity, t0 = 0 and t1 = infinity. The branching of A' to",
        "chi1 chi2 is one, set here as an invisible width of 99 times the visible one.",
        "The upper edge depends on the lifetime of chi2 and is left out: what is above",
        "it is not excluded.",
        '"""',
        'model = darkcast.Model("dark_photon", iwidth = lambda m, model: 99.0*model.width("visible", m))',
        f'production = darkcast.Production("{production}")',
        'decay = "invisible"',
        f'bounds = darkcast.Dataset("limits/{name}.lmt")',
        'efficiency = darkcast.Efficiency(t0 = 0, t1 = float("inf"))',
    ]
    return "\n".join(lines) + "\n"
