import Testing

@Suite struct PlaceholderDatasets {}
