/// The name a user most likely meant, or `nil` when none is near.
///
/// Near is an edit distance (hyphens and underscores count as equal) of at most about a third of the word,
/// or a beginning of at least three letters.
package func nearestName(to word: String, among names: [String]) -> String? {
    let typed = Array(word.lowercased().map { $0 == "_" ? "-" : $0 }.prefix(64))
    let ranked = names.map { (name: $0, distance: editDistance(typed, Array($0))) }
    if let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= max(1, (typed.count + 1) / 3) {
        return best.name
    }
    return names.first { typed.count >= 3 && $0.hasPrefix(String(typed)) }
}

/// The fewest insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`, no letter edited twice.
///
/// Time |a| |b|, space |b|.
func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...b.count)
    for i in a.indices {
        var current = [i + 1]
        for j in b.indices {
            var distance = min(previous[j] + (a[i] == b[j] ? 0 : 1), previous[j + 1] + 1, current[j] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                distance = min(distance, beforePrevious[j - 1] + 1)
            }
            current.append(distance)
        }
        beforePrevious = previous
        previous = current
    }
    return previous[b.count]
}
