"""Builders of hostile files: small, deterministic, each named for its trick; none lies in the repository."""
