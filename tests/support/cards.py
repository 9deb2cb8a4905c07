"""The cards that come with the project: frozen, so that tests share them."""

from functools import cache

from postprocess.experiment.schema import load_experiment

experiment = cache(load_experiment)
