"""MadGraph5_aMC@NLO of the user's own: widths, fixed-target cross-sections and events, installation of the model.

Point to it with `mg5_dir`, MG5_DIR or PATH. Work is done in a temporary folder, which stays, with its logs, where
MadGraph fails. Nothing but `install_ufo` writes into the installation.
"""

from __future__ import annotations

from semivis_gen.engines.madgraph.install import copy_plugin, copy_ufo, install_ufo
from semivis_gen.engines.madgraph.production import fixed_target_process, madgraph_cross_section, madgraph_generate
from semivis_gen.engines.madgraph.program import MadGraph, locate
from semivis_gen.engines.madgraph.standalone import matrix_elements
from semivis_gen.engines.madgraph.width import Lepton, WidthMethod, madgraph_width, width_process

__all__ = [
    "Lepton",
    "MadGraph",
    "WidthMethod",
    "copy_plugin",
    "copy_ufo",
    "fixed_target_process",
    "install_ufo",
    "locate",
    "madgraph_cross_section",
    "madgraph_generate",
    "madgraph_width",
    "matrix_elements",
    "width_process",
]
