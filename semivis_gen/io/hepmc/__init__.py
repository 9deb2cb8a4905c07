"""HepMC3 ASCII files (Buckley et al., CPC 260 (2021) 107310), HepMC2 for reading: what semivis writes and understands.

* GeV and mm; momenta and positions with 17 digits, generated masses set, energies sqrt(p^2 + m^2).
* Status 4 incoming, 1 final, 2 decayed. One vertex for the production and one for each decaying mother: the decay
  vertex is the production vertex plus c tau p / m in space and c tau E / m in time.
* c tau is read back from the vertices, as |d| m / |p| or, for slow particles, c t m / E; so it is exact to 1e-16 of
  the coordinates, not of itself: a prompt A' far from the origin keeps its vertex, not all digits of its lifetime.
* Run information: one JSON object in the run attribute `semivis`, generator and version as tool; where the rate is
  a cross-section it is also each event's GenCrossSection [pb].
* Mothers are the particles that enter the production vertex. The record holds the first and last of them, so they must
  stand side by side, and before their daughters: particles of foreign files change places where they do not. What is
  written is checked: ranges of mothers that overlap, or circles, are refused.
* Of foreign files (any units) one weight is read, the first or one by name, and the last cross-section counts: it is
  the one of all events. Generators' own status codes become decayed (has an end vertex, and no daughter of the same
  id), incoming (Pythia's codes; written as 4 for beams, 21 for partons) or 3.
* Colours, spins and scales of Les Houches files are not kept.

Files are written by pyhepmc. They are parsed here, because HepMC's readers, of both formats, crash on some damaged
files, take others for shorter ones (HepMC2: 67 of 400 with one wrong byte), and are slower; the tests compare the two.
"""

from __future__ import annotations

from semivis_gen.io.hepmc.reader import read_hepmc, read_hepmc_info
from semivis_gen.io.hepmc.writer import HepMCWriter

__all__ = ["HepMCWriter", "read_hepmc", "read_hepmc_info"]
