"""The operator's command, `timebank`: each deed is one transaction over the parts' operations.

Commands import what they need when they run, so that `--help` answers at once.
"""

from app.cli.program import main

__all__ = ["main"]
