"""Bodies of requests and answers: the contract's fields, each with an example."""
