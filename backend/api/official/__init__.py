"""The official SAM 2 demo's operations and its stream, as a thin adapter over Masklet's own commands.

Its frontend, unchanged, can be pointed at this server. Facts: what was observed on a running copy.
"""
