"""The routes, thin: each asks the store, and answers in the contract's words."""
