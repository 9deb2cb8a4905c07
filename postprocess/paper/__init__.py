"""NA64, Eur. Phys. J. C 81 (2021) 959: the main job, and the only place that knows its cards and planes."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
