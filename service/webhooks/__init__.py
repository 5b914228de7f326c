"""Telling case systems what has happened: at least once each, signed, and again until they answer."""
