"""The activation functions as the registry knows them: curves, slopes, and what can be measured."""
