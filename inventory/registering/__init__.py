"""Staged rows beside the registry: matched, checked, proposed, and once accepted, entered."""
