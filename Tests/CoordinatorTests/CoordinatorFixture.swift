import Foundation
import Logging
import Wire
import ZeroMQ

@testable import Coordinator

/// An initialised state directory of its own for one test.
final class Fixture: Sendable {
    let path: String
    let directory: StateDirectory

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("espalier-\(UUID().uuidString)").path
        directory = try StateDirectory.create(at: path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var configuration: CoordinatorService.Configuration {
        var configuration = CoordinatorService.Configuration(stateDirectory: path)
        configuration.controlEndpoint = "tcp://127.0.0.1:*"
        configuration.artifactEndpoint = "tcp://127.0.0.1:*"
        configuration.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        configuration.version = "1.2.3"
        return configuration
    }

    func key(_ name: String, _ role: KeyFile.Role = .worker) throws -> KeyFile {
        try KeyFile.load(try KeyRing(directory).add(name, role: role))
    }

    var operatorKey: KeyFile { get throws { try KeyFile.load(directory.operatorKey) } }

    /// Runs a coordinator for the length of the body and stops it in order.
    func withCoordinator<Value>(
        _ body: (CoordinatorService, Endpoints, OperatorClient) async throws -> Value
    ) async throws -> Value {
        let service = try CoordinatorService(configuration)
        let endpoints = try await service.start()
        let client = try OperatorClient(keyFile: try operatorKey, endpoint: endpoints.control)
        let result: Result<Value, any Error>
        do { result = .success(try await body(service, endpoints, client)) } catch { result = .failure(error) }
        await client.close()
        service.stop()
        try await service.join()
        return try result.get()
    }
}

/// One dense network and two pruned ones.
let sweepYAML = """
    name: small
    network: lenet-300-100
    dataset: digits
    seeds: [0]
    sparsities: [0.5, 0.9]
    methods: [random]
    """
