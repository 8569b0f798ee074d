#!/usr/bin/env python
"""The `timebank` command as a file: `python -m app.cli`, and what the image runs."""

from app.cli import main

if __name__ == "__main__":  # the processes of `serve --workers` import this, too
    main()
