"""The counting experiment of a card: its signatures as bins of a limit."""

from __future__ import annotations

from postprocess.experiment import Experiment
from postprocess.limits import LimitModel, Nuisance

__all__ = ["limit_model"]


def limit_model(experiment: Experiment, mode: str = "semivisible") -> LimitModel:
    """Build the model of an experiment card.

    Parameters
    ----------
    experiment : Experiment
        The card: background with error and observed count of each signature, systematics.
    mode : str
        Which signatures count; they become the bins, in the card's order.

    Returns
    -------
    LimitModel
        The model. A systematic that does not touch a signature has size zero there.

    Raises
    ------
    ParameterError
        Where the experiment has no such mode.

    Examples
    --------
    >>> from postprocess.experiment import load_experiment
    >>> limit_model(load_experiment("na64-2018")).observed
    (0, 0)
    """
    signatures = experiment.signatures_of(mode)
    return LimitModel(
        background=tuple(s.background.value for s in signatures),
        background_error=tuple(s.background.error or 0.0 for s in signatures),
        observed=tuple(int(s.observed.value) for s in signatures),
        nuisances=tuple(
            Nuisance(x.name, tuple(x.size.value * (not x.signatures or s.name in x.signatures) for s in signatures))
            for x in experiment.systematics
        ),
        names=tuple(s.name for s in signatures),
    )
