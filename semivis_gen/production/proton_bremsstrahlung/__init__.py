"""A' radiated by protons."""
