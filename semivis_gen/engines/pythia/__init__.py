"""Pythia 8 with dark decays: exact matrix elements, physical lifetimes, displaced vertices (extra `[pythia]`).

    import pythia8mc
    pythia = pythia8mc.Pythia()
    attach(pythia, point, seed=1)       # before init
    ...
    pythia.init()
    while pythia.next(): ...            # A' and chi2 are decayed in pythia.event

The decays are made at the end of the hadron level by a `UserHooks`. Pythia's own slot for this, `DecayHandler`, is of
no use in pythia8mc: its bindings hand the lists of products to Python by value, so that nothing comes back (seen in
8.317), and the particle stays undecayed without a message.
"""

from __future__ import annotations

from semivis_gen.engines.pythia.dark_decays import DarkDecays
from semivis_gen.engines.pythia.data import aprime_branching, meson_settings, particle_data
from semivis_gen.engines.pythia.files import decay_with_pythia
from semivis_gen.engines.pythia.hook import attach, import_pythia

__all__ = [
    "DarkDecays",
    "aprime_branching",
    "attach",
    "decay_with_pythia",
    "import_pythia",
    "meson_settings",
    "particle_data",
]
