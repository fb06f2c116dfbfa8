import Testing

@Suite struct PlaceholderSweep {}
