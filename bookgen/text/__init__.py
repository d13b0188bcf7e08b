"""Pure functions on text: sentences, words, dates, names, similarity, repetition, length."""
