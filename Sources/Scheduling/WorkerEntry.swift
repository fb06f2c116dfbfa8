/// A worker process that said hello.
struct WorkerEntry: Hashable, Sendable {
    var description: WorkerDescription
    var peer: Peer
    /// Index into the capabilities.
    var capability: Int
    var lastSeen: Instant
    /// When the machine is taken away; nil when not known.
    var end: Instant?
    /// Leases it would take now: what it said last, less what was sent since.
    var credit = 0
    var isDraining = false
    /// Passed over until then.
    var passedOver: Instant?
    /// Stages, in order of leasing.
    var leases: [Int] = []
    /// Stages whose checkpoints it has on disk, most recent last.
    var checkpoints: [Int] = []
    /// Whether the idle queue holds it.
    var isQueued = false

    /// Enough to recognise the dense networks of a sweep's seeds; the worker's cache may hold more.
    private static let rememberedCheckpoints = 16

    mutating func remember(checkpointOf stage: Int) {
        if let known = checkpoints.firstIndex(of: stage) { checkpoints.remove(at: known) }
        checkpoints.append(stage)
        if checkpoints.count > Self.rememberedCheckpoints { checkpoints.removeFirst() }
    }
}

/// What an engine can do. Empty sets mean "anything".
struct Capability: Hashable, Sendable {
    var methods: Set<String>
    var networks: Set<String>
    var datasets: Set<String>

    init(_ worker: WorkerDescription) {
        methods = worker.methods
        networks = worker.networks
        datasets = worker.datasets
    }

    func covers(_ stageClass: StageClass) -> Bool {
        func knows(_ names: Set<String>, _ name: String) -> Bool {
            names.isEmpty || name.isEmpty || names.contains(name)
        }
        return stageClass.hasOwnEngine
            || knows(methods, stageClass.method) && knows(networks, stageClass.network)
                && (stageClass.describesDataset || knows(datasets, stageClass.dataset))
    }
}
