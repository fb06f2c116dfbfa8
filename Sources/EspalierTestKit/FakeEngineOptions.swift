internal import Foundation
internal import Sweep

extension FakeEngine {
    /// How the fake engine behaves, from its command line: an engine's command is part of a sweep file.
    package struct Options: Sendable {
        /// What goes wrong, once ``faultStep`` is reached.
        package enum Fault: String, Sendable, CaseIterable {
            /// Dies of a segmentation fault.
            case crash
            /// Exits with code 3.
            case exit
            /// Dies of signal 9, as from outside.
            case kill
            /// Says so on stderr and exits.
            case outOfMemory = "out-of-memory"
            /// Writes a line that is no event.
            case garbage
            /// Writes a line of 3 MiB.
            case hugeLine = "huge-line"
            /// Does nothing any more, and hears nothing.
            case hang
            /// Goes no further until it is asked to stop.
            case wait
            /// Refuses the stage.
            case invalid
        }

        package var steps: UInt64 = 3
        package var stepDuration: Duration = .zero
        package var fault: Fault?
        package var faultStep: UInt64 = 1
        /// The fault concerns stages of this seed only.
        package var faultSeed: Int?
        /// The fault happens once: to whoever creates this file.
        package var onceFile: String?
        package var ignoresStop = false
        /// Of every outcome: "ok", "collapsed", ...
        package var status = "ok"
        /// A file of the user's that is none of the engine's business. With it, a prune stage of seed n shows the
        /// ``Misbehaviour`` n.
        package var victim: String?
        /// A line is appended for every stage run, stopped and done.
        package var logFile: String?

        package init() {}

        /// Reads `--steps 20 --milliseconds 50 --fault crash --at 3 --seed 1 --once FILE --log FILE --status ok
        /// --victim FILE --ignore-stop`; throws a sentence on anything else.
        package init(arguments: [String]) throws {
            var rest = arguments[...]
            while let name = rest.popFirst() {
                if name == "--ignore-stop" {
                    ignoresStop = true
                    continue
                }
                guard let value = rest.popFirst() else { throw UsageError(text: "\(name) needs a value") }
                guard set(name, value) else { throw UsageError(text: "\(name) \(value) is not an option") }
            }
        }

        private mutating func set(_ name: String, _ value: String) -> Bool {
            switch name {
            case "--steps": return assign(\.steps, UInt64(value))
            case "--milliseconds": return assign(\.stepDuration, Int(value).map { .milliseconds($0) })
            case "--fault": return assign(\.fault, Fault(rawValue: value))
            case "--at": return assign(\.faultStep, UInt64(value))
            case "--seed": return assign(\.faultSeed, Int(value))
            case "--once": return assign(\.onceFile, value)
            case "--log": return assign(\.logFile, value)
            case "--victim": return assign(\.victim, value)
            case "--status": return assign(\.status, value)
            default: return false
            }
        }

        private mutating func assign<Value>(_ path: WritableKeyPath<Self, Value>, _ value: Value?) -> Bool {
            guard let value else { return false }
            self[keyPath: path] = value
            return true
        }

        private mutating func assign<Value>(_ path: WritableKeyPath<Self, Value?>, _ value: Value?) -> Bool {
            guard let value else { return false }
            self[keyPath: path] = value
            return true
        }

        // MARK: - While running

        func isFaulty(stage description: String) -> Bool {
            guard fault != nil else { return false }
            guard let faultSeed else { return true }
            return (try? Stage(canonicalJSON: description))?.seed == faultSeed
        }

        func misbehaviour(in description: String) -> Misbehaviour? {
            guard let stage = try? Stage(canonicalJSON: description), stage.kind == .prune else { return nil }
            return Misbehaviour.all.indices.contains(stage.seed) ? Misbehaviour.all[stage.seed] : nil
        }

        /// True for the first caller of all processes when ``onceFile`` is set, else always.
        func claimFault() -> Bool {
            guard let onceFile else { return true }
            let descriptor = open(onceFile, O_WRONLY | O_CREAT | O_EXCL, 0o600)
            guard descriptor >= 0 else { return false }
            close(descriptor)
            return true
        }

        func record(_ line: String) {
            guard let logFile else { return }
            let descriptor = open(logFile, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            guard descriptor >= 0 else { return }
            defer { close(descriptor) }
            let bytes = Array("\(line) pid \(getpid())\n".utf8)
            _ = write(descriptor, bytes, bytes.count)
        }
    }

    struct UsageError: Error, CustomStringConvertible {
        var text: String
        var description: String { "espalier-fake-engine: \(text)" }
    }
}
