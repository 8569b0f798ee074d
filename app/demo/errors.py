"""What can stop the demo's story."""


class StoryBroken(Exception):
    """The story cannot go on; the message is one line."""
