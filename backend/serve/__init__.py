"""From `python -m backend` to a process that serves: checks, gunicorn, and a clean end."""
