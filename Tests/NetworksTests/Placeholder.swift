import Testing

@Suite struct PlaceholderNetworks {}
