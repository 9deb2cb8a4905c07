"""Division of hadrons above the phi against BaBar's cross-sections."""

import numpy as np
import pytest

from semivis_gen.errors import CardError
from semivis_gen.model import many_hadrons
from semivis_gen.model.channels import CHANNELS
from semivis_gen.model.hadrons import hadron_ratios, r_ratio
from semivis_gen.model.many_hadrons import MANY, many_hadron_shares

ENERGIES = np.array([1.05, 1.3, 1.5, 2.0, 3.0, 3.0969, 4.4, 10.0, 1e5])


def test_shares_are_all_and_open():
    shares = many_hadron_shares(ENERGIES)
    assert shares.shape == (len(MANY), len(ENERGIES))
    assert shares.sum(axis=0) == pytest.approx(1.0)
    assert (shares >= 0).all()
    for name, share in zip(MANY, shares, strict=True):
        assert not share[CHANNELS[name].threshold >= ENERGIES].any()
    assert many_hadron_shares(1.5).shape == (len(MANY),)
    assert (many_hadron_shares(4.4) == many_hadron_shares(50.0)).all()


def test_kaons_of_either_charge_are_alike():
    shares = dict(zip(MANY, many_hadron_shares(1.6), strict=True))
    assert shares["KS0 K+ pi-"] == shares["KS0 K- pi+"] == shares["KL0 K+ pi-"] == shares["KL0 K- pi+"] > 0


@pytest.mark.parametrize(
    ("energy", "name", "published", "error"),
    [  # cross-sections [nb] and their errors, statistical and systematic
        (1.51, "pi+ pi- 2pi0", 31.64, 1.2),  # arXiv:1709.01171
        (1.25, "pi+ pi- 2pi0", 20.66, 1.6),  # R holds 4 nb of three pions from excited omegas, counted with them
        (1.5, "2pi+ 2pi-", 31.3, 0.9),  # arXiv:1201.5677: peak
        (1.85, "2pi+ 2pi- 2pi0", 5.0, 1.0),  # hep-ex/0602006
    ],
)
def test_four_pions_from_r_are_those_that_were_measured(energy, name, published, error):
    """R sets the sum here, the cross-sections their ratio alone: both must agree."""
    sigma_0 = 86.85 / energy**2  # 4 pi alpha^2 / (3 s) [nb]
    ratio = float(hadron_ratios(np.array(energy**2))[2 + 3 + MANY.index(name)])
    assert ratio * sigma_0 == pytest.approx(published, abs=3 * error, rel=0.15)
    assert ratio < r_ratio(energy**2)


def test_a_broken_table_is_one_line(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "hadron_channels.csv").write_text("# nothing\nsqrt_s_GeV,2pi+ 2pi-\n1,2\n")
    monkeypatch.setattr(many_hadrons, "cards_dir", lambda: tmp_path)
    many_hadrons._table.cache_clear()
    with pytest.raises(CardError, match=r"hadron_channels.csv: not a readable table of cross-sections"):
        many_hadron_shares(1.5)
    monkeypatch.undo()
    many_hadrons._table.cache_clear()
