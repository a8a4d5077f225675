"""Surveys: scope, due date and roster, and who has answered."""
