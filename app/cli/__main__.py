"""The same as the console script, for `python -m app.cli`."""

from app.cli.program import main

if __name__ == "__main__":  # the processes of `serve --workers` import this, too
    main()
