"""Where the checkout and the stored numbers are."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
REFERENCE = TESTS / "reference"
MADGRAPH_SAMPLE = REFERENCE / "madgraph_semivisible_300MeV.lhe.gz"
"""3,000 events of MadGraph5_aMC@NLO 3.5.7, see tests/postprocess/acceptance/test_madgraph_sample.py."""
