"""MadGraph5_aMC@NLO plugin of semivis: `output fixed_target DIR` after `generate e- nuc > e- nuc ap`.

The folder it writes is an ordinary MadEvent one with two changes: a grid for an integration variable that MadEvent
samples flat (see `phase_space`), and a run card for a beam on a nucleus at rest without cuts.
Installed by `semivis ufo --install MG5_DIR` into PLUGIN/semivis. Runs in the Python of MadGraph: 3.7 or later.
"""

minimal_mg5amcnlo_version = (3, 5, 0)
maximal_mg5amcnlo_version = (3, 99, 99)
latest_validated_version = (3, 5, 7)

new_cluster = {}
new_interface = None
new_reweight = {}

try:
    from .exporter import FixedTargetExporter
except ModuleNotFoundError as error:  # read outside of MadGraph, for its text functions
    if str(error.name).split(".")[0] != "madgraph":
        raise
    new_output = {}
else:
    new_output = {"fixed_target": FixedTargetExporter}
