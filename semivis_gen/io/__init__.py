"""Event files: LHE, HepMC3 and parquet, chosen by suffix; plain or gzipped, recognised by content.

All reading and writing streams, so that memory does not grow with the file. A file is written under a temporary
name and appears whole or not at all; a truncated or damaged file is an error, never fewer events.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
