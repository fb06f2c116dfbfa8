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
    /// Of the process of the same name that was turned away last.
    var turnedAway: String?
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
    /// Whether the worker was given a data directory.
    var hasData: Bool

    init(_ worker: WorkerDescription) {
        hasData = worker.hasData
        methods = worker.methods
        networks = worker.networks
        datasets = worker.datasets
    }

    func covers(_ stageClass: StageClass) -> Bool {
        (hasData || !stageClass.needsFiles) && missing(for: stageClass).isEmpty
    }

    /// What the engine does not know of what the stages need, in words: "the method snip".
    func missing(for stageClass: StageClass) -> [String] {
        if stageClass.hasOwnEngine { return [] }
        let needs = [
            ("method", stageClass.method, methods), ("network", stageClass.network, networks),
            ("data set", stageClass.describesDataset ? "" : stageClass.dataset, datasets),
        ]
        return needs.filter { _, name, known in !name.isEmpty && !known.isEmpty && !known.contains(name) }
            .map { kind, name, _ in "the \(kind) \(name)" }
    }
}
