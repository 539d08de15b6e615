"""Helpers under their official paths."""
