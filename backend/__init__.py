"""Masklet's service: sessions that survive anything, masklets that stream to everyone."""
