"""Energies of files that their momenta and masses do not give."""

import numpy as np
import pyhepmc
import pytest
from support.event_files import load, save

from semivis_gen.errors import EventFileError


@pytest.mark.parametrize("old", [True, False])
def test_momenta_in_gev_under_the_label_mev(kit, tmp_path, old):
    """As in a file of a large experiment: the unit says MeV, masses are in MeV, momenta and energies are in GeV."""
    events = kit.random_events(5)
    with pyhepmc.open(save(tmp_path / "good.hepmc3", events)) as file:
        records = list(file)
    with pyhepmc.open(tmp_path / "bad.hepmc", "w", format="hepmc2" if old else "hepmc3", precision=16) as file:
        for record in records:
            for particle in record.particles:
                particle.generated_mass *= 1000
            file.write(record)
    text = (tmp_path / "bad.hepmc").read_text().replace("U GEV", "U MEV")
    (tmp_path / "bad.hepmc").write_text(text)
    with pytest.raises(EventFileError, match=r"bad\.hepmc, line \d+: .* masses in other units than momenta, or none"):
        load(tmp_path / "bad.hepmc")


def edited(path, events, energy):
    """LHE file in which final particles have another energy: a function of it and of their number."""
    lines = save(path, events).read_text().splitlines()
    row = 0
    for index, line in enumerate(lines):
        words = line.split()
        if len(words) == 13 and words[1] == "1":
            words[9] = repr(energy(float(words[9]), row))
            lines[index] = " ".join(words)
            row += 1
    path.write_text("\n".join([*lines, ""]))
    return path


def test_final_particles_without_their_mass(kit, tmp_path):
    """Slow particles whose masses a file does not give: semivis would make them light."""
    events = kit.random_events(50)
    path = edited(tmp_path / "a.lhe", events, lambda energy, row: float(np.hypot(energy, 300.0)))
    with pytest.raises(EventFileError, match=r"a\.lhe, line \d+: the energy of this particle is .* correct the file"):
        load(path)


def test_one_wrong_energy_does_not_matter(kit, tmp_path):
    """Energies are not used: they follow from (p, m)."""
    events = kit.random_events(50)
    path = edited(tmp_path / "a.lhe", events, lambda energy, row: -energy if row == 7 else energy * (1 + 1e-5))
    kit.assert_same(load(path), events)
