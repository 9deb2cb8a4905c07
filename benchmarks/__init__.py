"""Benchmarks: what semivis takes against what users have, measured side by side in one run. See README.md here."""
