"""Sessions while they last: proving again who one is; ending one, all of a login, those over."""
