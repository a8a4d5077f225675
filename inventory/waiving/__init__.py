"""Rules set aside for one cell, for a time, by a reviewer."""
