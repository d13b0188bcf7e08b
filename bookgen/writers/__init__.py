"""Writers turn a corpus into the parts of a book. `base` is the port; the others implement it."""
