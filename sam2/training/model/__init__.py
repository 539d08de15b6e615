"""The model as it is trained."""
