"""What happened on one account, as its owner reads it."""
