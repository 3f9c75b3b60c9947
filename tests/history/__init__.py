"""One stored fact of each topic and version, byte for byte: what was once written must load for ever."""
