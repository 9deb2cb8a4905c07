from .benchmark import Benchmark as Benchmark, load_benchmark as load_benchmark
from .cards import Status as Status, numbers_of as numbers_of
from .registries import GEOMETRIES as GEOMETRIES, REQUIREMENTS as REQUIREMENTS, SCENARIOS as SCENARIOS
from .schema import (
    Beam as Beam,
    Experiment as Experiment,
    Mode as Mode,
    Resolution as Resolution,
    Signature as Signature,
    Station as Station,
    list_experiments as list_experiments,
    load_experiment as load_experiment,
)
