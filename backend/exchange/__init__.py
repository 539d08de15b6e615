"""Masks leave and come back: exports, imports, manifests, and the proof that an export is right."""
