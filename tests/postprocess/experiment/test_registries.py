"""What a card names is found wherever the card is read first."""

import subprocess
import sys

from support.places import ROOT


def test_nothing_is_loaded_before_it_is_named():
    code = (
        "import sys; from postprocess.experiment import GEOMETRIES, SCENARIOS; "
        "print(list(SCENARIOS), 'postprocess.acceptance' in sys.modules, GEOMETRIES['planes'].__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split("\n")[0] == "['semivisible', 'invisible', 'visible'] False Planes"
