from .beam import Beam as Beam, Dump as Dump
from .benchmark import Benchmark as Benchmark, load_benchmark as load_benchmark
from .cards import Status as Status, numbers_of as numbers_of
from .checksum import digest as digest
from .registries import GEOMETRIES as GEOMETRIES, REQUIREMENTS as REQUIREMENTS, SCENARIOS as SCENARIOS
from .schema import (
    Experiment as Experiment,
    card_file as card_file,
    experiment_from as experiment_from,
    list_experiments as list_experiments,
    load_experiment as load_experiment,
)
from .signatures import Seen as Seen, Signature as Signature, Veto as Veto
from .stations import CentralCells as CentralCells, Resolution as Resolution, Station as Station
from .template import new_card as new_card
