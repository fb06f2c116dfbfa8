internal import HeapModule
package import Scheduling

/// What is due when, in virtual time; equal times in the order they were added.
package struct Agenda<Element: Sendable>: Sendable {
    private struct Item: Comparable, Sendable {
        var instant: Instant
        var number: Int
        var element: Element
        static func == (a: Item, b: Item) -> Bool { a.number == b.number }
        static func < (a: Item, b: Item) -> Bool {
            a.instant == b.instant ? a.number < b.number : a.instant < b.instant
        }
    }
    private var items = Heap<Item>()
    private var count = 0

    package init() {}

    package mutating func add(_ element: Element, at instant: Instant) {
        count += 1
        items.insert(Item(instant: instant, number: count, element: element))
    }

    package mutating func next() -> (Instant, Element)? { items.popMin().map { ($0.instant, $0.element) } }

    package func holds(_ predicate: (Element) -> Bool) -> Bool { items.unordered.contains { predicate($0.element) } }
}
