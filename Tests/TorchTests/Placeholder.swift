import Testing

@Suite struct PlaceholderTorch {}
