import Testing

@Suite struct PlaceholderCoordinator {}
