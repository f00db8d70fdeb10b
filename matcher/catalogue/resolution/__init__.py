"""Which appearances are one organisation: pure, independent of order, undone by leaving out."""
