"""Mesons of proton collisions: their spectra and numbers, and the A' they make."""
