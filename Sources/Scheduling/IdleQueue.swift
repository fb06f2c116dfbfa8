internal import HeapModule

/// The workers that would take a lease, by capability: those that stay longest first, so that short-lived machines get
/// what is left, then first come, first served.
struct IdleQueue: Sendable {
    struct Entry: Comparable, Hashable, Sendable {
        var worker: String
        var session: String
        /// Nil stays for ever.
        var end: Instant?
        var number: Int
        static func < (a: Entry, b: Entry) -> Bool {
            switch (a.end, b.end) {
            case (nil, .some): true
            case (.some, nil): false
            case (let one?, let other?) where one != other: one > other
            default: a.number < b.number
            }
        }
    }

    private var heaps: [Heap<Entry>] = []
    private var lastNumber = 0

    /// The capabilities for which a worker may be idle.
    var capabilities: Range<Int> { heaps.indices }

    mutating func insert(_ worker: WorkerEntry) {
        while heaps.count <= worker.capability { heaps.append(Heap()) }
        lastNumber += 1
        heaps[worker.capability].insert(
            Entry(
                worker: worker.description.name, session: worker.description.session, end: worker.end,
                number: lastNumber))
    }

    func first(_ capability: Int) -> Entry? { heaps[capability].min }

    @discardableResult
    mutating func removeFirst(_ capability: Int) -> Entry? { heaps[capability].popMin() }

    /// Puts back an entry that was set aside, in its old place.
    mutating func putBack(_ entry: Entry, _ capability: Int) { heaps[capability].insert(entry) }
}
