package import Foundation
package import ZeroMQ

/// Everything a worker is told at its start.
package struct WorkerConfiguration: Sendable {
    /// Of the control socket: `tcp://head:7733`. Artifacts are on the same host, on the port the coordinator names.
    package var coordinator: String
    /// Where the key came from, for messages.
    package var keyPath: String
    package var key: KeyFile
    /// Stages run at the same time, at least 1.
    package var slots = 1
    /// One per slot, a shorter list is repeated; only "cpu" until the engine can use GPUs.
    package var devices = ["cpu"]
    /// Data sets are folders inside; nil when the worker has none.
    package var dataDirectory: String?
    /// Results, artifacts and work in progress; nil for `~/.cache/espalier/<worker name>`.
    package var spoolDirectory: String?
    /// The engine's command line, for leases that name none.
    package var engine = ["espalier-engine"]
    /// An engine that reports nothing for this long is ended; nil for ``WorkerSession/Settings``' own limits.
    package var stallAfter: Duration?
    /// Until the machine is taken away; nil when not known.
    package var remaining: Duration?

    /// - Throws: ``KeyFileError`` when the key file cannot be used.
    package init(coordinator: String, keyPath: String) throws {
        self.coordinator = coordinator
        self.keyPath = keyPath
        key = try KeyFile.load(keyPath)
    }

    /// The name the coordinator knows this worker's key by.
    package var name: String { key.name }

    /// The wall time a Slurm job has left, from `SLURM_JOB_END_TIME` (Unix seconds; Slurm 22.05 does not set it).
    package static func remainingSlurmTime(
        environment: [String: String] = ProcessInfo.processInfo.environment, now: Date = Date()
    ) -> Duration? {
        // Until the year 5138: more cannot be a time of a job's end.
        guard let end = environment["SLURM_JOB_END_TIME"].flatMap(Double.init), (1...1e11).contains(end) else {
            return nil
        }
        return .seconds(max(end - now.timeIntervalSince1970, 0))
    }

    func device(of slot: Int) -> String { devices[slot % devices.count] }

    /// One sentence for the first thing that cannot work.
    func check() throws {
        if key.role != .worker {
            throw WorkerError(
                .invalidConfiguration,
                "the key in \(keyPath) is a key for the role \(key.role.rawValue); make a worker's key with "
                    + "'espalier keys add worker NAME' on the head node")
        }
        if !Endpoint.isWellFormed(coordinator) {
            throw WorkerError(
                .invalidConfiguration, "'\(coordinator)' is not a coordinator's address; write tcp://HOST:PORT")
        }
        try Self.check(slots: slots, devices: devices)
        if engine.isEmpty {
            throw WorkerError(.invalidConfiguration, "the engine's command line is empty; name a program")
        }
        if let dataDirectory {
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: dataDirectory, isDirectory: &isDirectory),
                isDirectory.boolValue
            else {
                throw WorkerError(
                    .invalidConfiguration,
                    "the data directory \(dataDirectory) does not exist; name the folder that holds the data sets with --data"
                )
            }
        }
    }

    /// Of the whole, what a command line can be told before anything is opened.
    package static func check(slots: Int, devices: [String]) throws {
        if slots < 1 || slots > 1024 {
            throw WorkerError(.invalidConfiguration, "\(slots) slots are not possible; ask for 1 to 1024 with --slots")
        }
        for device in devices where device != "cpu" {
            throw WorkerError(
                .invalidConfiguration,
                cudaIndex(device) == nil
                    ? "the device '\(device)' is not known; use cpu, or leave --devices out"
                    : "the device '\(device)' cannot be used: the engine has no support for GPUs yet and would train on "
                        + "the CPU; leave --devices out")
        }
        if devices.isEmpty { throw WorkerError(.invalidConfiguration, "no device was given; leave --devices out") }
    }

    /// 1 of "cuda:1".
    static func cudaIndex(_ device: String) -> Int? {
        guard device.hasPrefix("cuda:") else { return nil }
        return Int(device.dropFirst("cuda:".count)).flatMap { $0 >= 0 ? $0 : nil }
    }
}
