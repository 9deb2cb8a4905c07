"""`semivis limit`: the 90 % CL exclusion of an experiment in a plane."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from postprocess.cli.options import (
    alpha_d_option,
    backend_from,
    echo_json,
    is_given,
    json_option,
    mode_option,
    parse_ids,
    refuse_given,
    scheduler_option,
    shape_from,
    shape_options,
    workers_option,
)
from postprocess.cli.own_events import EventsOrFile, own_events_options, own_files
from postprocess.cli.picture import relic_of, save_picture
from postprocess.cli.progress import progress
from postprocess.experiment import Experiment, load_experiment
from postprocess.limits import union_of
from postprocess.scan import (
    PlaneName,
    PlaneScan,
    PointStore,
    ScanSettings,
    given_rates,
    held_fixed,
    own_samples,
    own_settings,
    question,
    scan_plane,
    scan_samples,
)
from postprocess.tables import known
from semivis_gen.errors import OutputError, ParameterError
from semivis_gen.model import MassShape

if TYPE_CHECKING:
    from postprocess.limits import Contour

DEFAULTS = ScanSettings()
VISIBLE = "visible"  # A' -> e+ e-: no chi1 that could be dark matter
WORDS = {"union": "what at least one excludes", "figure": "picture", "pdf": "the same"}
SCANNED = {PlaneName.M_ALPHA_D: "alpha_d", PlaneName.M1_F: "splitting"}  # by a plane, hence no option of it


@contextmanager
def output_folder(path: Path) -> Iterator[Path]:
    """Make a folder for results; what was made of it goes away again where nothing came into it.

    Parameters
    ----------
    path : Path
        The folder.

    Yields
    ------
    Path
        The same.

    Raises
    ------
    OutputError
        Where it cannot be made or written.
    """
    made = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        msg = f"cannot write into {path}: {error.strerror}; choose another --output"
        raise OutputError(msg) from error
    try:
        yield path
    finally:
        with suppress(OSError):  # it holds something
            for folder in made:
                folder.rmdir()


def require_same_question(path: Path, wanted: str, card: str) -> None:
    """Refuse to replace the limit of another card, mode or point by this one.

    Parameters
    ----------
    path : Path
        The file to be written.
    wanted : str
        What it is going to hold, as its header says.
    card : str
        Digest of the card, as the header has it.

    Raises
    ------
    OutputError
        Where it holds something else.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            header = [line[2:].strip() for line in stream if line.startswith("#")]
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return
    made = next((line for line in header if ", card " in line), "")
    if wanted in header and f"card {card}," not in made:
        msg = f"{path} holds a limit of another card of the same name ({made}): choose another --output or name"
        raise OutputError(msg)
    if wanted not in header:
        held = next((line for line in header if ", R = " in line), "something else")
        msg = f"{path} holds {held}, not {wanted}: choose another --output, or remove the file first"
        raise OutputError(msg)


@click.command(name="limit")
@click.argument("files", nargs=-1)
@click.option("--experiment", required=True, help="Card name or file.")
@click.option(
    "--with",
    "companions",
    multiple=True,
    metavar="CARD",
    help="Another experiment beside it: a contour of its own, the union of all, one picture; repeat for each.",
)
@click.option("--plane", type=click.Choice([p.value for p in PlaneName]), default="m-eps", show_default=True)
@mode_option
@shape_options
@alpha_d_option
@click.option("--m-min", type=float, default=DEFAULTS.m_min, show_default=True, help="Smallest A' mass [GeV].")
@click.option("--m-max", type=float, default=DEFAULTS.m_max, show_default=True, help="Largest A' mass [GeV].")
@click.option(
    "--masses",
    type=click.IntRange(2, 10_000),
    default=DEFAULTS.masses,
    show_default=True,
    help="Number of masses to begin with.",
)
@click.option("--mass", "mass_list", type=float, multiple=True, help="A' mass [GeV] instead of these; repeat for each.")
@click.option(
    "--refine/--no-refine",
    default=DEFAULTS.refine,
    show_default=True,
    help="Add masses where the contour ends or bends between two, to 1 %.",
)
@click.option("--eps-min", type=float, help="Smallest epsilon; where nothing can be excluded if not given.")
@click.option("--eps-max", type=float, help="Largest epsilon; 1, where the theory ends, if not given.")
@click.option(
    "--events",
    "given_events",
    type=EventsOrFile(),
    multiple=True,
    metavar="NUMBER|FILE",
    help=f"Events a mass to begin with, {DEFAULTS.events} where not given; or events of your own, see FILES.",
)
@own_events_options
@click.option(
    "--precision",
    type=float,
    default=DEFAULTS.precision,
    show_default=True,
    help="Relative error wanted on each edge: masses get up to 64 times the events; inf: none gets more.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--plot/--no-plot", default=True, show_default=True, help="Draw the picture, as PNG and PDF.")
@click.option("--relic/--no-relic", default=True, show_default=True, help="With the line of the relic density in it.")
@workers_option
@scheduler_option
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder for results; a scan goes on where it stopped, its table is replaced.",
)
@json_option
def command(
    files: tuple[str, ...],
    experiment: str,
    companions: tuple[str, ...],
    plane: str,
    mode: str,
    ratio: float,
    splitting: float,
    alpha_d: float,
    m_min: float,
    m_max: float,
    masses: int,
    mass_list: tuple[float, ...],
    refine: bool,
    eps_min: float | None,
    eps_max: float | None,
    given_events: tuple[int | str, ...],
    rates: tuple[str, ...],
    events_epsilon: float | None,
    allow: tuple[str, ...],
    weight: str | None,
    pdg: tuple[str, ...],
    precision: float,
    seed: int,
    plot: bool,
    relic: bool,
    workers: int | None,
    scheduler: str | None,
    output: Path,
    as_json: bool,
) -> None:
    """Exclusion at 90 % CL (CLs), observed and expected, as CSV and as a picture.

    FILES (or --events FILE) are events of your own at several masses, LHE, HepMC3 or parquet of any generator, one or
    more a mass; without them native events are made.

    Finished masses are kept in OUTPUT/points: an interrupted scan goes on where it stopped.
    """
    name = PlaneName(plane)
    own, events = own_files(files, given_events, DEFAULTS.events)
    if name in SCANNED and is_given(SCANNED[name]):
        option = SCANNED[name].replace("_", "-")
        msg = f"--plane {plane} scans what --{option} would fix: leave --{option} out or take another plane"
        raise ParameterError(msg)
    if name is not PlaneName.M_EPS:
        refuse_given(f"means nothing with --plane {plane}, which does not scan epsilon", "eps_min", "eps_max")
    if mass_list:
        refuse_given("means nothing beside --mass: give one or the other", "masses", "m_min", "m_max")
    if not plot:
        refuse_given("means nothing with --no-plot: there is no picture", "relic")
    shape = MassShape.halfway(ratio) if name is PlaneName.M1_F else MassShape(ratio, splitting)
    settings = ScanSettings(
        shape, alpha_d, masses, m_min, m_max, mass_list=mass_list, refine=refine, events=events, precision=precision,
        eps_min=eps_min, eps_max=eps_max, seed=seed,
    )  # fmt: skip
    cards = _cards((experiment, *companions), mode)
    backend, store = backend_from(workers, scheduler), PointStore(output / "points")
    ids, samples = parse_ids(pdg), []
    if own:
        samples = own_samples(
            own, cards[0], mode=mode, shape=shape_from(ratio, splitting), ids=ids, weight=weight,
            rates=given_rates(rates), epsilon=events_epsilon,
        )  # fmt: skip
        settings = own_settings(samples, settings, name)
    stem = output / name.file_stem
    paths = [stem.with_name(f"{stem.name}{f'_{card.name}' if i else ''}.csv") for i, card in enumerate(cards)]
    for card, path in zip(cards, paths, strict=True):
        require_same_question(path, question(card, mode, name, settings), card.digest[:16])
    found: list[PlaneScan] = []
    made: dict[str, Path] = {}
    steps = (len(own) or len(settings.grid)) + len(settings.grid) * len(companions)
    with output_folder(output), progress("jobs", steps) as advance:
        for card, path in zip(cards, paths, strict=True):
            if samples and card is cards[0]:
                scan = scan_samples(
                    samples, card, settings, plane=name, mode=mode, ids=ids, weight=weight, allow=allow,
                    backend=backend, advance=advance,
                )  # fmt: skip
            else:
                scan = scan_plane(
                    card, settings, plane=name, mode=mode, backend=backend, store=store, advance=advance,
                    enlarge=advance.enlarge,
                )  # fmt: skip
            scan.contour.to_csv(path, comments=scan.remarks)
            found.append(scan)
        union = union_of({scan.experiment.name: scan.contour for scan in found}) if companions else None
        if union is not None:
            made["union"] = output / f"{name.stem_of('union')}.csv"
            union.to_csv(made["union"], comments=(f"{mode}, {held_fixed(name, settings)}",))
        if plot:
            line = relic_of(name, settings, backend, store) if relic and mode != VISIBLE else None
            made["figure"], made["pdf"] = save_picture(found, line, stem)
    if as_json:
        record, *others = (_record(path, scan) for path, scan in zip(paths, found, strict=True))
        if union is not None:
            record["with"] = {scan.experiment.name: other for scan, other in zip(found[1:], others, strict=True)}
            record["union"] = union.columns()
        echo_json(record | {f"{key}_file": str(path) for key, path in made.items()})
        return
    for path, scan in zip(paths, found, strict=True):
        click.echo(f"{path}: {_sentence(scan.contour)}")
    for key, path in made.items():
        click.echo(f"{path}: {WORDS[key]}")


def _cards(names: Sequence[str], mode: str) -> list[Experiment]:
    """Cards of a mode, each once.

    Raises
    ------
    CardError
        Where one cannot be read or has no such mode.
    ParameterError
        Where two have the same name.
    """
    cards: list[Experiment] = []
    for name in names:
        card = load_experiment(name)
        card.signatures_of(mode)  # an unknown mode is an error before anything is written
        if card.name in {other.name for other in cards}:
            same = any(card.digest == other.digest for other in cards)
            way_out = "name each once" if same else "give one of the two cards another `name`"
            msg = f"--with {name}: there is an experiment {card.name} already; {way_out}"
            raise ParameterError(msg)
        cards.append(card)
    return cards


def _record(path: Path, found: PlaneScan) -> dict[str, Any]:
    """What `--json` prints; None where a number is not known."""
    contour = found.contour
    low, high = contour.extremes()
    record = {
        "file": str(path), "lowest": low, "highest": high,
        "lowest_is_end_of_scan": contour.is_open("low"), "highest_is_end_of_scan": contour.is_open("high"),
        "points": len(found.points), "in_doubt_GeV": list(found.in_doubt), "uncertain_GeV": list(found.uncertain),
    }  # fmt: skip
    return {key: known(value) for key, value in record.items()} | {"contour": contour.columns()}


def _sentence(contour: Contour) -> str:
    """Summary of a contour."""
    if not contour.excluded.any():
        return "nothing is excluded"
    low, high = contour.extremes()
    open_low, open_high = (", the end of the scan" * contour.is_open(end) for end in ("low", "high"))
    found = f"{contour.y_name} excluded between {low:.3g}{open_low} and {high:.3g}{open_high}"
    if len(contour.x) > 1:
        return found
    several = f" ({contour.intervals[0]} separate intervals)" if contour.intervals[0] > 1 else ""
    return f"{found}{several} at the one mass, {contour.x_name} = {contour.x[0]:g}"
