"""Registered things that a survey does not mention, and what the unit says of each."""
