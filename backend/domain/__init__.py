"""What Masklet is about, in the standard library only: videos, sessions, prompts, masks, commands."""
