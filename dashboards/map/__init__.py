"""The map of the county: clusters counted beforehand, single cameras where few are in view; it only reads."""
