"""HepMC3 ASCII files (Buckley et al., CPC 260 (2021) 107310): what semivis writes and what it understands.

* GeV and mm; momenta and positions with 17 digits, generated masses set, energies sqrt(p^2 + m^2).
* Status 4 incoming, 1 final, 2 decayed. One vertex for the production and one for each decaying mother: the decay
  vertex is the production vertex plus c tau p / m in space and c tau E / m in time.
* c tau is read back from the vertices, as |d| m / |p| or, for slow particles, c t m / E; so it is exact to 1e-16 of
  the coordinates, not of itself: a prompt A' far from the origin keeps its vertex, not all digits of its lifetime.
* Run information: one JSON object in the run attribute `semivis`, generator and version as tool; where the rate is
  a cross-section it is also each event's GenCrossSection [pb].
* Of foreign files (any units) the first weight is read. Generators' own status codes become decayed (has an end
  vertex, and no daughter of the same id), incoming (Pythia's codes) or 3. HepMC2 is refused.

Files are written by pyhepmc. They are parsed here, because HepMC3's reader crashes on some damaged files, takes
others for shorter ones, and is slower; the tests compare the two.
"""

from __future__ import annotations

from semivis_gen.io.hepmc.reader import read_hepmc, read_hepmc_info
from semivis_gen.io.hepmc.writer import HepMCWriter

__all__ = ["HepMCWriter", "read_hepmc", "read_hepmc_info"]
