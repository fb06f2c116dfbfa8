internal import Foundation

/// What a folder holds that is not read, counted by reason and extension.
struct LeftOut {
    enum Reason: String, CaseIterable {
        case otherContent = "neither JPEG nor PNG"
        case outsideClasses = "in no class folder"
        case outsideParts = "in neither train nor test"
        case special = "not regular files"
    }

    private var counts: [Reason: [String: Int]] = [:]

    mutating func add(_ file: String, _ reason: Reason) {
        let suffix = (file as NSString).pathExtension.lowercased()
        counts[reason, default: [:]][suffix.isEmpty ? "without an extension" : ".\(suffix)", default: 0] += 1
    }

    mutating func add(folder: String, _ reason: Reason) {
        counts[reason, default: [:]]["folder \(folder)", default: 0] += 1
    }

    /// The most kinds that are named; a folder of junk has as many as files.
    private static let shown = 10

    /// A sentence per reason, without a full stop.
    var remarks: [String] {
        Reason.allCases.compactMap { reason in
            guard let counts = counts[reason] else { return nil }
            let kinds = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            let named = kinds.prefix(Self.shown).map { "\($0.value) \($0.key)" }
            let others = kinds.dropFirst(Self.shown).map(\.value).reduce(0, +)
            return "left out, \(reason.rawValue): "
                + (named + (others > 0 ? ["\(others) others"] : [])).joined(separator: ", ")
        }
    }
}
