"""Secrets that let somebody in. Only what is made of them is kept, so a stolen database opens nothing."""

from __future__ import annotations

import hashlib
import hmac
import secrets

# 16 MiB and some 50 ms of a core for each try: what OWASP asks of scrypt at least is of this order.
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**14, 8, 1
SALT_BYTES = 16


def new_secret() -> str:
    """256 bits at random, 43 letters that are safe in an address."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is kept of a `new_secret`. Nobody guesses 256 bits, so it needs neither salt nor patience."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def same(given: str, expected: str) -> bool:
    """Takes equally long wherever they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def passphrase_hash(passphrase: str) -> str:
    """What is kept of words that people chose: "<salt>$<scrypt of it>", in hex."""
    salt = secrets.token_bytes(SALT_BYTES)
    return f"{salt.hex()}${_scrypt(passphrase, salt)}"


def is_passphrase(given: str, kept: str) -> bool:
    salt, _, expected = kept.partition("$")
    return hmac.compare_digest(_scrypt(given, bytes.fromhex(salt)), expected)


def _scrypt(passphrase: str, salt: bytes) -> str:
    text = passphrase.encode("utf-8", "replace")
    return hashlib.scrypt(text, salt=salt, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P, dklen=32).hex()
