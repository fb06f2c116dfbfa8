import Testing

@Suite struct PlaceholderWire {}
