internal import Coordinator
internal import Foundation
internal import Scheduling
internal import Sweep
internal import Worker
internal import ZeroMQ

// The state directory of `espalier run`, and what is started on it.
extension RunCommand {
    /// Where the report will go, before anything runs or is written.
    func reportFolder(for plan: Plan) throws -> URL {
        do {
            let state = try StateReader(StateDirectory.open(state.path))
            return try report.folder(for: state.id(for: plan), stateIdentity: state.identity)
        } catch let error as CoordinatorError where error.code == .notInitialised {
            return try report.folder(for: plan.name, stateIdentity: nil)
        }
    }

    func openState() throws -> StateDirectory {
        do {
            return try StateDirectory.open(state.path)
        } catch let error where error.code == .notInitialised {
            return try StateDirectory.create(at: state.path)
        }
    }

    func coordinatorConfiguration(_ directory: StateDirectory) -> CoordinatorService.Configuration {
        var configuration = CoordinatorService.Configuration.onLoopback(directory.path, logLevel: logLevel)
        // The worker is in this very process: a lease of an earlier, killed run is nobody's.
        configuration.settings.restartGrace = .seconds(1)
        return configuration
    }

    func workerConfiguration(
        _ directory: StateDirectory, _ endpoints: Endpoints
    ) throws -> WorkerConfiguration {
        let key = directory.keyFile(of: "local")
        if !FileManager.default.fileExists(atPath: key) {
            try KeyRing(directory).add("local", role: .worker)
        }
        var configuration = try WorkerConfiguration(coordinator: endpoints.control, keyPath: key)
        try node.apply(to: &configuration)
        configuration.spoolDirectory = directory.path + "/local"
        return configuration
    }
}
