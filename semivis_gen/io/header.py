"""Run information in file headers: one JSON object for semivis, an SLHA block for everybody else."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Any

from semivis_gen.constants import ALPHA, M_ELECTRON
from semivis_gen.errors import EventFileError, SemivisError
from semivis_gen.events import IdMap, RunInfo
from semivis_gen.model import DarkMasses, DarkSector
from semivis_gen.widths import compute_widths

__all__ = ["info_from_json", "info_to_json", "masses_from_slha", "slha_block"]

RATIO_DIGITS = 7  # cards hold seven digits: R and f are rounded to what the masses can tell


def info_to_json(info: RunInfo) -> str:
    """Run information as one line of JSON.

    Parameters
    ----------
    info : RunInfo
        The information.

    Returns
    -------
    str
        JSON with sorted keys.
    """
    return json.dumps(asdict(info), sort_keys=True)


def info_from_json(text: str, *, where: str) -> RunInfo:
    """Inverse of `info_to_json`.

    Parameters
    ----------
    text : str
        JSON.
    where : str
        File, for the error.

    Returns
    -------
    RunInfo
        The information; unknown keys are ignored.

    Raises
    ------
    EventFileError
        Where the text is not such a record.
    """
    try:
        stored: dict[str, Any] = json.loads(text)
        known = {k: stored[k] for k in RunInfo.__slots__ if k in stored}
        if known.get("masses") is not None:
            known["masses"] = DarkMasses(**known["masses"])
        if known.get("point") is not None:
            point = known["point"]
            known["point"] = DarkSector(DarkMasses(**point["masses"]), point["alpha_d"], point["epsilon"])
        info = RunInfo(**known)
    except (ValueError, TypeError, KeyError, SemivisError) as error:
        msg = f"{where}: the semivis header is damaged ({error}); write the file anew"
        raise EventFileError(msg) from error
    return info


def slha_block(info: RunInfo, ids: IdMap) -> str:
    """Physics point as an SLHA card that MadGraph and Pythia understand.

    Parameters
    ----------
    info : RunInfo
        With masses or a point.
    ids : IdMap
        Ids that the file uses.

    Returns
    -------
    str
        Blocks SMINPUTS, MASS, DARK and DECAY; empty where the masses are unknown.
    """
    if info.masses is None:
        return ""
    m = info.masses
    lines = ["BLOCK SMINPUTS", f"  1 {1 / ALPHA:.9e} # 1/alpha", "BLOCK MASS", f"  11 {M_ELECTRON:.16e} # m_e"]
    named = ((ids.chi1, m.m_chi1, "m_chi1"), (ids.aprime, m.m_aprime, "m_A'"), (ids.chi2, m.m_chi2, "m_chi2"))
    lines += [f"  {pdg} {mass:.16e} # {name}" for pdg, mass, name in named]
    if info.point is not None:
        widths = compute_widths(info.point)
        lines += ["BLOCK DARK", f"  1 {info.point.epsilon:.16e} # epsilon", f"  2 {info.point.alpha_d:.16e} # alpha_D"]
        lines += [f"DECAY {ids.aprime} {widths.gamma_aprime:.16e}", f"DECAY {ids.chi2} {widths.gamma_chi2:.16e}"]
    return "\n".join(lines)


def masses_from_slha(text: str, ids: IdMap) -> DarkMasses | None:
    """Dark-sector masses from an SLHA card, as MadGraph writes it into its banner.

    Parameters
    ----------
    text : str
        Header of the file.
    ids : IdMap
        Ids that the file uses.

    Returns
    -------
    DarkMasses or None
        The masses; None where the card lacks them or they make no sense.
    """
    block = re.search(r"(?im)^\s*block\s+mass\b[^\n]*\n((?:(?!\s*(?:block|decay|<)).*\n)*)", text)
    if block is None:
        return None
    found: dict[int, float] = {}
    for line in block[1].splitlines():
        fields = line.split("#")[0].split()
        if len(fields) >= 2:
            try:
                found[int(fields[0])] = float(fields[1].replace("D", "e").replace("d", "e"))
            except ValueError:
                continue
    if not {ids.aprime, ids.chi1, ids.chi2} <= found.keys():
        return None
    m_aprime, m1, m2 = (abs(found[i]) for i in (ids.aprime, ids.chi1, ids.chi2))
    try:
        return DarkMasses(m_aprime, round(m_aprime / m1, RATIO_DIGITS), round((m2 - m1) / m1, RATIO_DIGITS))
    except (SemivisError, ZeroDivisionError):
        return None
