"""Event files: LHE, HepMC3 and parquet, chosen by suffix."""
