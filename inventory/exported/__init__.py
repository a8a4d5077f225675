"""The list that a video platform exports, held against the survey."""
