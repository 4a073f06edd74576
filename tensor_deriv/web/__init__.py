"""`derive serve`: a local page and a JSON interface; needs the extra `web`. Importing it loads nothing."""
