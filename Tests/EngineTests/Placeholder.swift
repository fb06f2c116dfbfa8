import Testing

@Suite struct PlaceholderEngine {}
