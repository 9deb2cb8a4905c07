"""The change to MadEvent's phase space (SubProcesses/myamp.f) that fixed-target production needs.

In the configuration where A' comes off the incoming electron, MadEvent first splits the nucleus off by a t-channel
photon and then has to choose the squared mass of what is left, e- A'. It presets no grid for that variable and
samples it flat up to s. The rate sits at m_A'^2 < m^2 << s (0.09 of 76000 GeV^2 for 0.3 GeV at 100 GeV on lead):
the first iterations see nothing there, the channel is switched off, and half of the cross-section or more is lost,
with a small error. `add_mass_grid` presets the grid that s-channel branches get: logarithmic from the threshold up.
"""

from __future__ import annotations

import re

__all__ = ["MARK", "PhaseSpaceError", "add_mass_grid"]

MARK = "semivis: grid for the mass left"
_SUBROUTINE = re.compile(r"^ {6,}subroutine\s+set_peaks\b.*?^ {6,}end\s*$", re.IGNORECASE | re.MULTILINE | re.DOTALL)
# the one call that sets the grid of a t-channel momentum transfer
_ANCHOR = re.compile(r"^ +if *\( *i *\.ne\. *-1 *\.or\. *\.true\. *\) *call +setgrid\(-i,xo,a,1\) *$", re.MULTILINE)
# names that the inserted lines use, as the routine declares them
_NEEDED = ("xm(-nexternal:nexternal)", "x1,x2", "iforest(2,-max_branch:-1,lmaxconfigs)", "stot,m1,m2")
_INSERT = """
c     {mark} after this t-channel branching, from its threshold upwards.
c     genps.f takes it from variable nbranch-1+2*(-i), nbranch = nexternal-2; x1 and xo are free from here on.
             if (i .ge. -(nexternal-4)) then
                x1 = 0d0
                do k = i-1, -(nexternal-2), -1
                   x1 = x1 + xm(iforest(2,k,iconfig))
                enddo
                xo = min(x1*x1/stot, 1d0-1d-8)
                if (xo .gt. 0d0) call setgrid(nexternal-3-2*i,xo,0d0,1)
             endif"""

_WAY_OUT = ": this MadGraph's phase space differs from version 3.5.7, for which the plugin was made; use that version"


class PhaseSpaceError(Exception):
    """The Fortran text is not the one that the change was made for."""


def add_mass_grid(text: str) -> str:
    """Insert the grid into the text of myamp.f.

    Parameters
    ----------
    text : str
        The file as MadGraph wrote it.

    Returns
    -------
    str
        The changed file; a file that has the change already is returned as it is.

    Raises
    ------
    PhaseSpaceError
        Where the routine or the place in it is not as expected.
    """
    if MARK in text:
        return text
    routines = _SUBROUTINE.findall(text)
    if len(routines) != 1:
        msg = f"myamp.f has {len(routines)} subroutines set_peaks, not one{_WAY_OUT}"
        raise PhaseSpaceError(msg)
    routine = routines[0]
    places = _ANCHOR.findall(routine)
    if len(places) != 1:
        msg = f"set_peaks in myamp.f sets {len(places)} grids of t-channels, not one{_WAY_OUT}"
        raise PhaseSpaceError(msg)
    for name in _NEEDED:
        if name not in routine:
            msg = f"set_peaks in myamp.f does not declare {name}{_WAY_OUT}"
            raise PhaseSpaceError(msg)
    changed = _ANCHOR.sub(lambda found: found.group(0) + _INSERT.format(mark=MARK), routine)
    return text.replace(routine, changed)
