"""Named presets, as data."""
