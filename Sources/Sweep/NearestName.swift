/// The name a user most likely meant, or `nil` when none is near.
///
/// Near is an edit distance (Levenshtein 1966; hyphens and underscores count as equal) of at most a third of the word,
/// or a word that a single name begins with.
func nearestName(to word: String, among names: [String]) -> String? {
    let typed = Array(word.lowercased().map { $0 == "_" ? "-" : $0 }.prefix(64))
    let ranked = names.map { (name: $0, distance: editDistance(typed, Array($0))) }
    if let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= max(1, typed.count / 3) {
        return best.name
    }
    let begun = names.filter { typed.count >= 3 && $0.hasPrefix(String(typed)) }
    return begun.first
}

/// The fewest insertions, deletions and replacements that turn `a` into `b`. Time |a| |b|, space |b|.
func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var previous = Array(0...b.count)
    for (i, x) in a.enumerated() {
        var current = [i + 1]
        for (j, y) in b.enumerated() {
            current.append(min(previous[j] + (x == y ? 0 : 1), previous[j + 1] + 1, current[j] + 1))
        }
        previous = current
    }
    return previous[b.count]
}
