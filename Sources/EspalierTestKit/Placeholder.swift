// EspalierTestKit
