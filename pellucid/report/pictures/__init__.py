"""One function per picture: it takes a record and returns a card with sentence, picture, table."""
