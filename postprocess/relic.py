"""Old path of `postprocess.companions`, kept for scripts that name it."""

from postprocess.companions.relic import relic_alpha_d, relic_epsilon, relic_line, relic_splitting, y_parameter

__all__ = ["relic_alpha_d", "relic_epsilon", "relic_line", "relic_splitting", "y_parameter"]
