"""The database as a whole: where it is, its schema, its migrations, its privileges."""
