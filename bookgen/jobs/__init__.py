"""Jobs: the store that keeps every book the service writes, on SQLite or PostgreSQL."""
