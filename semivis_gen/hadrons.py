"""Old path of `semivis_gen.model`, kept for scripts that name it."""

from semivis_gen.model.hadrons import gamma_aprime_hadrons, r_ratio

__all__ = ["gamma_aprime_hadrons", "r_ratio"]
