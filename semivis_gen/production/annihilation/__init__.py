"""Resonant annihilation of positrons on atomic electrons."""
