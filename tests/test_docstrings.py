"""Examples in docstrings give what they say."""

import doctest
import importlib

import pytest
from support.places import ROOT

FILES = [path for top in ("semivis_gen", "postprocess") for path in sorted((ROOT / top).rglob("*.py"))]
WITH_EXAMPLES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in FILES
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_examples(module):
    outcome = doctest.testmod(importlib.import_module(module))
    assert outcome.attempted > 0
    assert outcome.failed == 0
