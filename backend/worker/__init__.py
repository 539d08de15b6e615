"""The one place that computes masks: the session actor and the engines it drives."""
