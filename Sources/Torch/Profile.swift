internal import CTorch

/// Where the time of `body` goes, which runs on this thread: seconds by the names of operations within each other,
/// outermost first, as libtorch calls them; `["aten::linear", "aten::addmm"]`.
///
/// Each time is less that of the operations within the last one named, so the values add up to the whole; `[]` is the
/// time outside of all operations. An operation takes some tenths of a microsecond more. What operations leave to other
/// threads is seen as their waiting for it.
///
/// - Throws: What `body` throws, or an error inside of another profile; either way nothing is recorded any more.
package func profile(_ body: () throws -> Void) throws -> [[String]: Double] {
    try check("profile", ct_profile_begin())
    let outcome = Result { try body() }
    var found: [[String]: Double] = [:]
    try withUnsafeMutablePointer(to: &found) { found in
        let status = ct_profile_end(
            { context, stack, seconds in
                let names = String(cString: stack).split(separator: ";").map(String.init)
                context.assumingMemoryBound(to: [[String]: Double].self).pointee[names] = seconds
            }, found)
        try check("profile", status)
    }
    try outcome.get()
    return found
}
