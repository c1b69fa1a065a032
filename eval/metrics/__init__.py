"""Pure functions from answers and references to figures. No files, no models, no cases loaded here."""
