"""What tests of all folders share."""

import pytest


@pytest.fixture(scope="session")
def na64():
    """Card of NA64's data of 2016 to 2018."""
    from support.cards import experiment

    return experiment("na64-2018")
