"""Masklet as an attacker meets it: on the wire, with nothing of its inside."""
