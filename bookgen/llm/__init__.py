"""Language models: the port, the client for OpenAI-compatible servers, pacing, cost, simulator."""
