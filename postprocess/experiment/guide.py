"""docs/cards.md: how to write a card, with every key, its unit, meaning and default from the schema."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill

from postprocess.experiment.cards import Number
from postprocess.experiment.keys import Key, Part, parts_of
from postprocess.experiment.schema import Experiment

__all__ = ["guide_text"]

NUMBER_KEYS, KNOWN = "@number", "@known"  # places in the text
HEAD = """# Experiment cards

A card is a YAML file that says what an experiment is: beam, exposure, target, how A' are made, stations along the beam,
what is asked of a decay, background and observed events. Every command that takes `--experiment` takes the name of a
card that comes with semivis or the path of your own.

    semivis experiments                                    cards that come with semivis, and where they lie
    semivis experiments na64-2018                          every number of a card with status and source
    semivis experiments --show na64-2018 > mine.yaml       a copy to edit
    semivis experiments --new mine --output mine.yaml      or a commented card to start from
    semivis experiments ./mine.yaml                        check yours
    semivis limit --experiment ./mine.yaml --output scan

Units are in the names of keys: GeV, mm, mrad. z runs along the beam from the front face of the target.

## Numbers

A number never stands alone: it says where it comes from. A published one names one of the card's `references`, a
derived one shows its arithmetic, an assumed one its reasoning, a tuned one the published result that it makes come out.

@number

```yaml
extends: na64-2018
name: mine
title: NA64 with another exposure and a cut of my own
references:
  "Me:2026abc": "A. Me, J. Phys. 1 (2026) 1"
exposure:
  particles_on_target: {value: 1.0e+12, status: published, source: "Me:2026abc", note: "table 1"}
signatures:
  - name: S2
    missing_energy_min_GeV: {value: 55.0, status: assumed, note: "half of the beam energy and a margin"}
```

## Decays that count

What chi2, or A' in the visible mode, decays to is drawn by its branching, and `sees` of a signature says which of these
decays count. Where it is absent pairs e+ e- count in signatures that ask something of the products, and everything in
those that do not, such as one of missing energy. The energies of all products count where they arrive; pi0 and KS are
not decayed first. An acceptance is the share of the decays that count, and the expected signal multiplies with their
branching, once: both stand in the table's header (`decays_NAME`, `branching_NAME`).

```yaml
extends: na64-2018
name: mine
title: NA64, with muons and hadrons
signatures:
  - name: S1
    sees:
      - e+ e-
      - decay: mu+ mu-
        efficiency: {value: 0.85, status: assumed, note: "an example"}
      - decay: hadrons
        efficiency: {value: 0.5, status: assumed, note: "an example"}
```

## Missing energy and missing momentum

`missing_energy_min_GeV` is energy of the beam that neither the dump nor, behind a thin target, a calorimeter measures.
A muon leaves any dump, so cards of muons ask for missing momentum instead: the requirement `recoil_lepton` looks at the
beam particle after it made A', its energy and its transverse momentum against the incoming one. A target of a small
`depth_x0` is a thin one: its rate is cross-section times atoms. [Missing energy](missing_energy.md) compares cards.

```yaml
extends: ldmx-4gev
name: mine
title: LDMX with a window of transverse momentum
signatures:
  - name: MM
    require:
      - requirement: recoil_lepton
        pt_min_GeV: {value: 0.08, status: assumed, note: "an example"}
```

## Colliders

`beam.other_energy_GeV` makes the experiment a collider of e- and e+: no target, the exposure is `luminosity_fb` or a
list of `runs` at several energies, the process is `collider`. With `geometry: {geometry: barrel, ...}` the edges of
stations are radii. `veto` of a signature that counts what leaves to infinity lets decays inside count that nobody
notices. The requirements `photon`, `recoil_mass` and `displaced_pair` are for such cards; [colliders](colliders.md)
has three.

```yaml
extends: babar
name: mine
title: BaBar with ten times the data at one energy
exposure:
  runs: null
  luminosity_fb: {value: 530.0, status: assumed, note: "an example"}
beam:
  energy_GeV: {value: 9.0, status: assumed, note: "an example"}
```

## Cards that change others

`extends: NAME` takes another card, one that comes with semivis or a file in the same folder, and lays the keys of this
one over it. A number is replaced as a whole, with its provenance. `null` takes a key out. Lists whose items have
`process`, `requirement` or `name` merge item by item, and `drop: true` takes an item out; other lists are replaced as a
whole, and so is a mapping that becomes another `process`, `geometry` or `requirement`.

```yaml
extends: na64-2018-improved
name: mine
title: NA64, shower secondaries without annihilation, S2 alone
production:
  - {process: annihilation, drop: true}
signatures:
  - {name: S1, drop: true}
modes:
  semivisible: {signatures: [S2]}
```

Cards of earlier versions are read, with a warning that says what to write now: `exposure.electrons_on_target` is
`particles_on_target`; `target.secondaries`, `annihilation`, `cross_section` and `shape` are settings of `production`;
`beam.spread_GeV` never entered a result.

## Materials

@known

The radiation length of a card's own material is computed where none is given: Tsai's formula, PDG review "Passage of
particles through matter", eq. 34.25, element by element, which agrees with the PDG's values within their rounding
(5e-4). The shares of `elements` and `parts` sum to one.

```yaml
extends: na64-2018
name: mine
title: NA64 with a dump of chromium steel
materials:
  chromium steel:
    density_g_cm3: {value: 7.7, status: assumed, note: "typical"}
    parts:
      - material: Fe
        mass_fraction: {value: 0.83, status: assumed, note: "typical"}
    elements:
      - z: 24
        a: {value: 51.996, status: assumed, note: "natural chromium"}
        mass_fraction: {value: 0.17, status: assumed, note: "typical"}
target:
  layers:
    - material: chromium steel
      thickness_mm: {value: 1.0, status: assumed, note: "one material: does not enter"}
```

## All keys

`cards/schema/experiment.json` has the same for editors. Keys without default must be there. Processes of other packages
(entry point group `semivis.production`) are items of `production` with settings of their own.

"""


def guide_text() -> str:
    """The page, with a final newline."""
    from semivis_gen.target import material_names

    number = "\n".join(_table(parts_of(Number).keys))
    known = f"Known are {', '.join(f'`{name}`' for name in material_names())}; others are defined in the card."
    head = HEAD.replace(NUMBER_KEYS, number).replace(KNOWN, fill(known, 120, break_on_hyphens=False))
    whole = parts_of(Experiment)
    return head + "\n".join(_sections(whole, "")).rstrip() + "\n"


def _sections(part: Part, path: str) -> Iterator[str]:
    """Table of a mapping, then those of the mappings below it."""
    yield from _table(part.keys)
    for key in part.keys:
        below = f"{path}.{key.name}" if path else key.name
        below += ".NAME" if key.many == "names" else ""
        for inner in key.parts:
            tag = inner.keys[0]
            which = f" with `{tag.name}: {tag.form}`" if len(key.parts) > 1 else ""
            yield f"\n### `{below}`{which}\n"
            each = {"list": "Each item of the list: ", "names": "Each: "}.get(key.many, "")
            yield f"{each}{inner.meaning}\n"
            yield from _sections(inner, below)


def _table(keys: tuple[Key, ...]) -> Iterator[str]:
    yield "| key | unit | meaning | form | default |"
    yield "|---|---|---|---|---|"
    for key in keys:
        form = key.form.replace("|", "\\|")
        unit = key.unit or ("1" if "number" in key.form and not key.parts else "")
        yield f"| `{key.name}` | {unit} | {key.meaning} | {form} | {_default(key)} |"


def _default(key: Key) -> str:
    if key.required:
        return ""
    if key.default is None or key.default in ([], {}):
        return "none"
    return f"`{key.default}`"
