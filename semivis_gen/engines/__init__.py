"""Adapters to the real programs: MadGraph, CalcHEP, Pythia."""
