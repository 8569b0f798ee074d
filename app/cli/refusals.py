"""What commands refuse themselves; each message is one line with what to do."""


class Refused(Exception):
    """The command ran and says no."""


class CouldNotRun(Exception):
    """The command could not do its work at all."""
