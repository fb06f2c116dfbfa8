import Testing

@Suite struct PlaceholderWorker {}
