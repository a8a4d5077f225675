"""Changes after acceptance: a small form made from the sheet's declaration, judged by its rules and by both sides."""
