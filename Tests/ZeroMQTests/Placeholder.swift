import Testing

@Suite struct PlaceholderZeroMQ {}
