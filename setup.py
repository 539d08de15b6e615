"""The packages of the wheel; all else is in pyproject.toml. `backend/client` is also `masklet`."""

from pathlib import Path

from setuptools import find_packages, setup

# An image installs the dependencies before its code is there, so that a change of code needs no new download.
CLIENT = ["masklet"] if Path("backend/client").is_dir() else []

setup(
    packages=[*find_packages(include=["sam2*", "backend*"]), *CLIENT],
    package_dir={"masklet": "backend/client"},
)
