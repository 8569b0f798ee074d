"""Evidence: what the other side wrote, kept for whoever blocks them.

A former member's words are shown to nobody; whoever blocks somebody keeps, sealed with their own
key, what they could read at that moment. So what is left to read never depends on whether the
other side is still here, was hidden, or has been forgotten.
"""
