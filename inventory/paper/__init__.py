"""What goes on paper: the page to be stamped."""
