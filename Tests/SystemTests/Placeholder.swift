import Testing

@Suite struct PlaceholderSystem {}
