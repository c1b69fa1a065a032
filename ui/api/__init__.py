"""The ways in for programs: an HTTP JSON API and an MCP server, both over the page's own desk and chain."""
