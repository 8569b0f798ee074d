"""What stands beside the program: the audit of its dependencies, and the list of them."""
