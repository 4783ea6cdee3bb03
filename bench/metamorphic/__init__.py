"""Texts made from templates, mutations of them, and what must not change under a mutation."""
