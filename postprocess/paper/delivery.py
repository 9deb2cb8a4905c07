"""Write a reproduction: tables, figures, HEPData submission, workspace, report, manifest."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from postprocess.companions import FERMILAB_2021
from postprocess.experiment import digest, load_experiment
from postprocess.limits import Union, union_of
from postprocess.output import (
    WARNING,
    DataTable,
    Figure,
    Resource,
    Table,
    acceptance_figure,
    acceptance_table,
    build_patchset,
    build_workspace,
    compare,
    contour_table,
    exclusion_figure,
    gminus2_bands,
    k_factor_figure,
    rows_table,
    save_figure,
    write_json,
    write_report,
    write_submission,
)  # fmt: skip
from postprocess.paper.cards import COMPANIONS, IMPROVED, JULY_2021
from postprocess.paper.companions import SOURCE
from postprocess.paper.invisible_efficiency import optimism
from postprocess.paper.labels import LABELS
from postprocess.paper.plane_plot import MASSES, exposure, plane_figure, plane_note, power
from postprocess.paper.reproduction import FUTURE_ELECTRONS, SHOWN_MASSES, Reproduction
from postprocess.paper.workspace_guide import workspace_guide
from postprocess.scan import PlaneName, held_fixed, signal
from postprocess.signal import limit_model
from postprocess.studies import PUBLISHED_K
from postprocess.tables import write_table
from semivis_gen.io import atomic_path
from semivis_gen.version import __version__

__all__ = ["deliver"]

PACKAGES = ("numpy", "scipy", "pyhf", "matplotlib", "pyhepmc", "pydantic", "hepdata_lib")
RECAST = "recast (this work)"
TITLES = {
    PlaneName.M_EPS: ("fig4", "Exclusion in (m_A', epsilon)"),
    PlaneName.M_ALPHA_D: ("fig5_top", "Exclusion in (m_A', alpha_D) on the central (g-2) line"),
    PlaneName.M1_F: ("fig5_bottom", "Exclusion in (m_chi1, f) on the central (g-2) line"),
}


def deliver(result: Reproduction, folder: Path) -> dict[str, Path]:
    """Write everything into a folder; each file appears whole or not at all.

    Parameters
    ----------
    result : Reproduction
        What was computed.
    folder : Path
        Existing folder.

    Returns
    -------
    dict
        Main files by name.
    """
    held = {name: held_fixed(name, result.settings) for name in PlaneName}
    main = result.experiment.name
    for name, contour in result.contours.items():
        contour.to_csv(folder / f"{name.file_stem}.csv", comments=(f"{main}, {held[name]}",))
        result.relic[name].to_csv(folder / f"{name.stem_of('relic')}.csv", remark=held[name])
    future = f"{main} with 1e13 electrons, {held[PlaneName.M_EPS]}"
    result.future.to_csv(folder / "limit_m_eps_1e13_eot.csv", comments=(future,))
    compact = f"{result.projection.name} ({result.projection.title}), {held[PlaneName.M1_F]}"
    result.compact.to_csv(folder / "limit_m1_f_compact.csv", comments=(compact,))
    unions = _companions(result, folder, held)
    for mode, group in result.production.items():
        stem = "limit_m_eps" if mode == "semivisible" else f"limit_{mode}"
        for card, contour in group.items():
            remarks = [f"{card}, {mode}, {held[PlaneName.M_EPS]}", _optimism(result) if mode == "invisible" else ""]
            contour.to_csv(folder / f"{stem}_{card}.csv", comments=[remark for remark in remarks if remark])
    shown = [p for p in result.points if p.masses.m_aprime in SHOWN_MASSES]
    for point in shown:
        point.table.to_csv(folder / f"acceptance_{1000 * point.masses.m_aprime:g}MeV.csv")
    _k_table(result, folder / "kfactor.csv")
    for stem, table in result.studies.items():
        write_table(table.columns(), folder / f"{stem}.csv", title=table.title)
    figures = _figures(result, folder)
    manifest = _manifest(result)
    write_json(result.summary, folder / "summary.json")
    write_json(manifest, folder / "manifest.json")
    attached = _workspace(result, folder)
    tables: list[DataTable] = [
        contour_table(
            contour, name=TITLES[name][1], description=f"90 % CL exclusion, {main}, {held[name]}",
            location=TITLES[name][0], figure=folder / f"{TITLES[name][0]}.png",
        )
        for name, contour in result.contours.items()
    ] + [
        contour_table(
            contour, name=f"{COMPANIONS[card]}, {_inside(TITLES[name][1])}", location=TITLES[name][0],
            description=f"90 % CL exclusion, {card}, {RECAST}, {held[name]}",
        )
        for name, group in result.companions.items()
        for card, contour in group.items()
    ] + [
        rows_table(
            union.columns(), name=f"Union, {_inside(TITLES[name][1])}", location=TITLES[name][0],
            description=f"Excluded at 90 % CL by at least one of {', '.join(union.experiments)}, {held[name]}",
            independent=(union.x_name, "interval"),
        )
        for name, union in unions.items()
    ] + [
        acceptance_table(
            p.table, name=f"Acceptance at {1000 * p.masses.m_aprime:g} MeV",
            description="Acceptance of each signature against c tau of chi2", location="Auxiliary",
        )
        for p in shown
        if p.masses.chi2_decays
    ] + [
        rows_table(
            table.columns(), name=stem.replace("_", " ").capitalize(), description=table.title, location="Auxiliary",
            independent=table.study.independent, errors=table.study.errors, units=table.study.units,
            observables=table.study.observables,
        )
        for stem, table in result.studies.items()
    ]  # fmt: skip
    comment = f"{result.experiment.title}; semi-visible dark photon"
    write_submission(tables, folder / "hepdata", comment=comment, resources=attached)
    report = folder / "report.html"
    write_report(
        report,
        title="Semi-visible dark photon: NA64 2016-2018",
        introduction=_introduction(result),
        comparisons=compare(
            result.summary, result.benchmark.results if result.is_published_point else {}, labels=LABELS
        ),
        figures=figures,
        tables=[Table(table.title, table.columns()) for table in result.studies.values()]
        + [Table(TITLES[n][1], c.columns()) for n, c in result.contours.items()]
        + [Table(f"Union of experiments: {_inside(TITLES[n][1])}", u.columns()) for n, u in unions.items()],
        notes=_notes(result),
        provenance=_provenance(manifest),
    )
    return {"report": report, "figure": folder / "fig4.png", "summary": folder / "summary.json"}


def _inside(title: str) -> str:
    """A title inside another one."""
    return title[0].lower() + title[1:]


def _companions(result: Reproduction, folder: Path, held: Mapping[PlaneName, str]) -> dict[PlaneName, Union]:
    """Write contours of the other experiments, and what at least one of all excludes."""
    unions = {}
    for name, group in result.companions.items():
        for card, contour in group.items():
            contour.to_csv(folder / f"{name.file_stem}_{card}.csv", comments=(f"{card}, {RECAST}, {held[name]}",))
        unions[name] = union_of({result.experiment.name: result.contours[name], **group})
        unions[name].to_csv(folder / f"{name.stem_of('union')}.csv", comments=(f"semivisible, {held[name]}",))
    return unions


def _figures(result: Reproduction, folder: Path) -> list[Figure]:
    s = result.settings
    figures = []
    title = exposure(result.experiment)
    for name, contour in result.contours.items():
        stem, words = TITLES[name]
        projections = {
            PlaneName.M_EPS: [(result.future, f"NA64, {power(FUTURE_ELECTRONS)} EOT")],
            PlaneName.M1_F: [(result.compact, f"compact, {power(result.projection.particles_on_target)} EOT")],
        }.get(name, [])
        beside = [(other, COMPANIONS[card]) for card, other in result.companions.get(name, {}).items()]
        figure = plane_figure(
            name, contour, s, label="NA64 2016-2018", title=f"NA64: {title}" if beside else title,
            relic=result.relic[name], projections=projections, companions=beside, source=SOURCE,
        )  # fmt: skip
        png, _ = save_figure(figure, folder / stem)
        caption = "Filled: excluded at 90 % CL. Dashed line and bands: expected from background alone."
        if beside:
            caption += f" {', '.join(other for _, other in beside)}: {RECAST}, 90 % CL."
        if name is PlaneName.M1_F:
            reached = result.summary["compact_hcal_relic_m_chi1_max_GeV"]
            caption += f" Dash-dotted: the card {result.projection.name}, an HCAL1 of half a metre"
            caption += f", which leaves the relic line at {reached:.3g} GeV." if reached else "."
        figures.append(Figure(words, caption, png))
    figures += _variant_figures(result, folder)
    k_figure = k_factor_figure(
        result.k_masses,
        result.k_splittings,
        result.k_map,
        title=f"R = {s.shape.ratio:g}, exact",
        marked=PUBLISHED_K if result.is_published_point else None,
    )
    figures.append(
        Figure("K", "Exact width over the usual approximation.", save_figure(k_figure, folder / "kfactor")[0])
    )
    shown = [p for p in result.points if p.masses.m_aprime in (0.03, 0.1, 0.3)]
    if shown:
        labels = [(p.table, rf"$m_{{A'}} = {1000 * p.masses.m_aprime:g}$ MeV") for p in shown]
        acceptance = acceptance_figure(labels, title=result.experiment.name)
        path = save_figure(acceptance, folder / "acceptance")[0]
        figures.append(Figure("Acceptance", "Share of produced A' that pass, against the lifetime of chi2.", path))
    return figures


def _variant_figures(result: Reproduction, folder: Path) -> list[Figure]:
    """The main exclusion and that of an invisible A' with other production."""
    labels = {JULY_2021: "IWW, as of July 2021", IMPROVED: "secondaries, annihilation"}
    semivisible, invisible = result.production["semivisible"], result.production["invisible"]
    figures = []
    for stem, title, first, others in (
        ("fig4_production", "Semi-visible A'", result.contours[PlaneName.M_EPS], semivisible),
        ("invisible", "Invisible A'", invisible[result.experiment.name], invisible),
    ):
        figure = exclusion_figure(
            first, label="NA64 2016-2018", title=exposure(result.experiment),
            note=[title, *plane_note(PlaneName.M_EPS, result.settings)],
            bands=gminus2_bands(MASSES), projections=[(others[card], name) for card, name in labels.items()],
        )  # fmt: skip
        caption = "Filled: exact bremsstrahlung of the beam electron. Lines: the cards " + ", ".join(labels) + "."
        if stem == "invisible":
            caption = f"{caption} {_optimism(result)}".rstrip()
        figures.append(Figure(title, caption, save_figure(figure, folder / stem)[0]))
    return figures


def _optimism(result: Reproduction) -> str:
    """What is said beside limits on an invisible A'."""
    table = result.studies.get("invisible_efficiency")
    return optimism(table.rows) if table else ""


def _k_table(result: Reproduction, path: Path) -> None:
    splitting, m_aprime = np.meshgrid(result.k_splittings, result.k_masses, indexing="ij")
    columns = {"m_aprime_GeV": m_aprime, "splitting": splitting, "K": result.k_map}
    write_table(
        {name: values.ravel().tolist() for name, values in columns.items()},
        path,
        title="K = Gamma(chi2 -> chi1 e+ e-) / Gamma_0, exact; empty where chi2 is stable",
        formats={"K": ".6f"},
    )


def _workspace(result: Reproduction, folder: Path) -> list[Resource]:
    """Workspace at the benchmark mass on the (g-2) line, patches for all other masses on it, and how to use them."""
    model = limit_model(result.experiment)
    points: dict[tuple[float, ...], list[float]] = {}
    for point in result.points:
        m = point.masses.m_aprime
        epsilon = float(FERMILAB_2021.epsilon(m))
        expected = signal(point, result.experiment, model, alpha_d=result.settings.alpha_d, epsilon=epsilon)
        points[(m, epsilon)] = [float(v) for v in expected]
    target = result.benchmark.masses.m_aprime
    nominal = points[min(points, key=lambda key: abs(key[0] - target))]
    workspace = build_workspace(model, nominal)
    patches = build_patchset(
        model, workspace, points, labels=("m_aprime_GeV", "epsilon"), description="Signals on the central (g-2) line"
    )
    names = ("workspace.json", "patchset.json", "workspace_README.md")
    files = [folder / name for name in names]
    write_json(workspace, files[0])
    write_json(patches, files[1])
    with atomic_path(files[2]) as temporary:
        Path(temporary).write_text(workspace_guide(result.studies["answer_statistic"].rows), encoding="utf-8")
    return [
        Resource(f"pyhf workspace. {WARNING}", files[0], "HistFactory"),
        Resource(f"pyhf patch set: signals on the (g-2) line. {WARNING}", files[1], "HistFactory"),
        Resource("How to use workspace and patch set, and how not to", files[2]),
    ]


def _manifest(result: Reproduction) -> dict[str, Any]:
    beside = [load_experiment(card) for card in result.companions.get(PlaneName.M_EPS, ())]
    cards = {
        c.name: digest(c.model_dump(mode="json"))
        for c in (result.experiment, result.projection, result.benchmark, *beside)
    }
    return {
        "semivis": __version__,
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "cards_sha256": cards,
        "seed": result.settings.seed,
        "events_per_mass": result.settings.events,
        "masses": len(result.points),
    }


def _provenance(manifest: dict[str, Any]) -> dict[str, str]:
    flat: dict[str, str] = {k: str(v) for k, v in manifest.items() if not isinstance(v, dict)}
    digests = {f"card {k}": str(v)[:16] for k, v in manifest["cards_sha256"].items()}
    return {**flat, **digests, **{k: str(v) for k, v in manifest["packages"].items()}}


def _introduction(result: Reproduction) -> str:
    s = result.settings
    return (
        f"{result.experiment.title}. Exact tree-level dark bremsstrahlung of the primary electron, exact chi2 width, "
        f"{s.events} events at each of {len(result.points)} masses, {s.shape}, "
        f"alpha_D = {s.alpha_d:g}; CLs with exact probabilities."
    )


def _notes(result: Reproduction) -> list[str]:
    from postprocess.experiment import Status, numbers_of

    assumed = [key for key, number in numbers_of(result.experiment) if number.status is Status.ASSUMED]
    notes = [
        "No publication gives these numbers of the card; they are assumed, with the reasoning in the card: "
        + ", ".join(assumed),
        "The efficiency of the R cut is computed from shower profiles, with HCAL3 half a cell beside the beam and its "
        "middle cell counted as central, and compared with what the paper quotes (docs/rcut.md).",
    ]
    if result.is_published_point:
        notes.append(
            'The paper expects "a compact dump and a shorter HCAL1" to cover all of the region where (g-2) and the '
            "relic density agree; here the relic line is covered up to the mass above. The table of set-ups says what "
            "it would take to go on."
        )
    else:
        notes.append(
            f"{result.settings.shape}, alpha_D = {result.settings.alpha_d:g} is not the point of the paper "
            f"({result.benchmark.title}): its numbers are left out."
        )
    if any(result.companions.values()):
        notes.append(
            "Other experiments are recasts of this work, from the cards that the manifest lists; how their numbers are "
            "known stands in the cards. The union takes each alone: counts are not combined."
        )
    return [
        *notes,
        "Errors of event samples say nothing of the assumptions: how far these move the reach is in the table of "
        "uncertainties and in docs/answers.md.",
        f"The exported likelihood: {WARNING}",
    ]
