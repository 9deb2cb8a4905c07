"""Les Houches event files (hep-ph/0609017): what semivis writes into them and what it understands.

* Momenta, masses and lifetimes have as many digits as bring back the same double (up to 17). PUP(5) is the mass of
  the event record, on or off shell; PUP(4) is sqrt(p^2 + m^2); readers of semivis ignore PUP(4).
* VTIMUP is the proper decay length c tau [mm] of this very particle, 0 where stable, prompt or not sampled.
* Events that do not start at the origin carry `# vertex x y z ct` [mm] between the particles and </event>.
* XSECUP is `RunInfo.rate`, in pb or, for thick targets, in A' per electron; the header says which, and at which
  epsilon. IDWTUP = 3 where weights are 1, but for the few of an unweighted sample above its envelope: the rate then
  stands in XSECUP alone. IDWTUP = -4 otherwise: XWGTUP are the weights of the event record, unchanged; where they
  are cross-sections their mean is XSECUP.
* SPINUP = 9, SCALUP = AQCDUP = -1: unknown or not relevant; AQEDUP is alpha(0). One process, LPRUP = 1.
* A mixture has no id: <init> then names the nucleus of the first event, the events their own.
* The header holds <semivis>, one JSON object with all of `RunInfo`, and <slha>, the physics point for MadGraph and
  Pythia.

Of foreign files only the first weight (XWGTUP) is read. Where a file has no <semivis>, beams, target, rate and
generator come from <init>, masses, couplings and widths from <slha>. Mothers (m, 0) and (m, m) are the same.
"""

from __future__ import annotations

from semivis_gen.io.lhe.reader import read_lhe, read_lhe_info
from semivis_gen.io.lhe.writer import LheWriter

__all__ = ["LheWriter", "read_lhe", "read_lhe_info"]
