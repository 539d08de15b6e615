"""The server seen from outside: is it well, how quick is it, what happened in which request."""
