"""Les Houches event files (hep-ph/0609017): what semivis writes into them and what it understands.

* Momenta, masses and lifetimes have as many digits as bring back the same double (up to 17). PUP(5) is the mass of
  the event record, on or off shell; PUP(4) is sqrt(p^2 + m^2); readers of semivis ignore PUP(4).
* VTIMUP is the proper decay length c tau [mm] of this very particle, 0 where stable, prompt or not sampled.
* Events that do not start at the origin carry `# vertex x y z ct` [mm] between the particles and </event>.
* XSECUP is `RunInfo.rate`, in pb or, for thick targets, in A' per electron; the header says which, and at which
  epsilon. IDWTUP = 3 where weights are 1, but for the few of an unweighted sample above its envelope: the rate then
  stands in XSECUP alone. IDWTUP = -4 for other weights whose mean is known: XWGTUP is then a cross-section, and its
  mean is XSECUP; relative weights (of mean one) are written times the rate, and divided by it when read (exact to
  2e-16). IDWTUP = -3 where a foreign file does not say what the mean of its weights is: XSECUP alone counts.
* SPINUP = 9, SCALUP = AQCDUP = -1 where unknown or not relevant; AQEDUP is then alpha(0). Events read from another
  generator's LHE file keep colours, spins, scales and both beams. One process, LPRUP = 1: those of others are summed.
* A mixture has no id: <init> then names the nucleus of the first event, the events their own.
* The header holds <semivis>, one JSON object with all of `RunInfo`, and <slha>, the physics point for MadGraph and
  Pythia.

Of foreign files one weight is read: XWGTUP, or by name one of <rwgt> or <weights>. Where a file has no <semivis>,
beams, target, rate and generator come from <init>, masses, couplings and widths from <slha>. Mothers (m, 0) and (m, m)
are the same.

Read as well, because generators write it: comments anywhere (<!-- -->, or lines with #, also between events and behind
the root, where POWHEG puts its random numbers), blanks before > in closing tags, <header />, Fortran exponents
(1.0D+00), < in # comments, an init block that describes no process (GiBUU; the rate is then 0).
"""

from __future__ import annotations

from semivis_gen.io.lhe.reader import read_lhe, read_lhe_info
from semivis_gen.io.lhe.writer import LheWriter

__all__ = ["LheWriter", "read_lhe", "read_lhe_info"]
