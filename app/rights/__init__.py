"""What people may ask of those who hold data about them: to see it all, to leave, to be forgotten.

The data map says of every column what it holds, why and how long; the export, the retention and
docs/data-map.md are made from it, so they cannot differ from it.

Always true: whoever has left is hidden at once; they are forgotten when nothing of theirs is open
any more; forgetting keeps everybody's books whole; after it their data key is destroyed, so that
nothing that was sealed about them opens again.
"""
