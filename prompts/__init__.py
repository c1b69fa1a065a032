"""Prompt files (Markdown). Loaded by assistant/prompts.py; see README.md here."""
