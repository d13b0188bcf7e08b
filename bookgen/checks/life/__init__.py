"""What sources say of the great events of one person's life, read without a model."""
