"""What the experiment is: cards with the source of every number. It knows no events."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
