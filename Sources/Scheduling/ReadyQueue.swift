internal import HeapModule

/// The stages that could be leased now, by class, best rank first; within a class also by parent.
///
/// Heaps with lazy deletion: an entry counts while its ticket is the stage's current one. Every operation costs O(log n)
/// amortised in the stages of a class.
struct ReadyQueue: Sendable {
    private struct Entry: Comparable, Sendable {
        var rank: Rank
        var stage: Int
        var ticket: Int
        static func < (a: Entry, b: Entry) -> Bool {
            a.rank == b.rank ? a.stage < b.stage : a.rank < b.rank
        }
    }
    /// The ready children of one stage.
    private struct Siblings: Sendable {
        var entries = Heap<Entry>()
        var count = 0
    }
    private struct Class: Sendable {
        var entries = Heap<Entry>()
        var siblings: [Int: Siblings] = [:]
        var count = 0
    }
    private struct Place: Sendable {
        var ticket: Int
        var stageClass: Int
        var parent: Int?
    }

    private var classes: [Class] = []
    private var places: [Int: Place] = [:]
    private var lastTicket = 0

    var isEmpty: Bool { places.isEmpty }

    /// Adds a stage, or moves it to another rank.
    mutating func insert(_ stage: Int, rank: Rank, stageClass: Int, parent: Int?) {
        remove(stage)
        while classes.count <= stageClass { classes.append(Class()) }
        lastTicket += 1
        places[stage] = Place(ticket: lastTicket, stageClass: stageClass, parent: parent)
        let entry = Entry(rank: rank, stage: stage, ticket: lastTicket)
        classes[stageClass].entries.insert(entry)
        classes[stageClass].count += 1
        if let parent {
            classes[stageClass].siblings[parent, default: Siblings()].entries.insert(entry)
            classes[stageClass].siblings[parent]?.count += 1
        }
    }

    mutating func remove(_ stage: Int) {
        guard let place = places.removeValue(forKey: stage) else { return }
        classes[place.stageClass].count -= 1
        if classes[place.stageClass].count == 0 {
            classes[place.stageClass] = Class()
        } else if let parent = place.parent {
            classes[place.stageClass].siblings[parent]?.count -= 1
            if classes[place.stageClass].siblings[parent]?.count == 0 {
                classes[place.stageClass].siblings[parent] = nil
            }
        }
    }

    /// The classes that have a stage ready, in order of their index.
    var readyClasses: some Sequence<Int> { classes.indices.lazy.filter { classes[$0].count > 0 } }

    mutating func first(in stageClass: Int) -> Int? {
        guard classes.indices.contains(stageClass) else { return nil }
        while let entry = classes[stageClass].entries.min {
            if places[entry.stage]?.ticket == entry.ticket { return entry.stage }
            classes[stageClass].entries.removeMin()
        }
        return nil
    }

    mutating func first(in stageClass: Int, childOf parent: Int) -> Int? {
        guard classes.indices.contains(stageClass) else { return nil }
        while let entry = classes[stageClass].siblings[parent]?.entries.min {
            if places[entry.stage]?.ticket == entry.ticket { return entry.stage }
            classes[stageClass].siblings[parent]?.entries.removeMin()
        }
        return nil
    }
}
