"""Dirac algebra by explicit matrices, metric (+, -, -, -)."""

import numpy as np

METRIC = np.diag([1.0, -1, -1, -1])
ONE = np.eye(4)
PAULI = [np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.array([[1, 0], [0, -1]])]
GAMMA = [np.diag([1, 1, -1, -1]).astype(complex)] + [
    np.block([[np.zeros((2, 2)), s], [-s, np.zeros((2, 2))]]) for s in PAULI
]


def slash(p):
    return sum(METRIC[i, i] * p[i] * GAMMA[i] for i in range(4))


def dot(a, b):
    return a[0] * b[0] - a[1:] @ b[1:]


def trace(first, second):
    """Tr[first gamma^mu second gamma^nu], shape (4, 4)."""
    return np.array([[np.trace(first @ a @ second @ b) for b in GAMMA] for a in GAMMA])
