import Testing

@Suite struct PlaceholderPruning {}
