"""The commands of the command line: words in, lines out. `app` and what all commands share are in `daily.py`."""
