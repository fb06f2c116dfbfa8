import Testing

@Suite struct PlaceholderScheduling {}
