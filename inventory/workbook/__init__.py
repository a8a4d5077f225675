"""The fix loop by workbook: the unit's own file back with marks, and the mended one beside the one before."""
