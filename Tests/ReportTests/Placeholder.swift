import Testing

@Suite struct PlaceholderReport {}
