"""What a bank asks of whoever takes part: versions of its terms, each in some languages.

Always true: a version that was published stays as it was (append-only tables); versions count up.
The first one of a new bank has no text: its words are the bank's own to write.
"""
