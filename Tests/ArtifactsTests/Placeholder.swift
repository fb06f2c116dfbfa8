import Testing

@Suite struct PlaceholderArtifacts {}
