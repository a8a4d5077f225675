"""The fix loop on screen: cells changed, rows judged again, the whole file counted anew, the grid."""
