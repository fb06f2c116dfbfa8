/// The version this engine tells the worker.
package enum EngineVersion {
    package static let current = "0.1.0"
}
