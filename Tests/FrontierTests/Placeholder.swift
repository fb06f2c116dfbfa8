import Testing

@Suite struct PlaceholderFrontier {}
