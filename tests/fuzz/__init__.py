"""Intake under random values, random damage and random bytes; a small count in the suite, a large one in nightly."""
