internal import CTorch
internal import Glibc

/// The libtorch in use: "2.13.0".
package var version: String { String(cString: ct_version()) }

/// Tensors and generators alive in the process; a test compares it before and after.
package var liveHandles: Int { ct_live_handles() }

/// The threads one operation may use.
package var threads: Int { ct_threads() }

/// Sets how many threads one operation may use; the first call also sizes the pool that runs operations side by side.
///
/// Call it on the thread that computes, before the first operation; it may be called again with another number.
/// Floating-point sums depend on the number, so it belongs to a result's identity.
package func setThreads(_ count: Int) throws(TorchError) {
    try check("setThreads", ct_set_threads(count))
}

/// Lets memory that was freed stay with the process, for its whole life.
///
/// A step of training frees and takes again the same large blocks. The C library returns such blocks to the system at
/// once, which then fills every page anew with zeros: about a twentieth of a convolutional network's step.
package func keepFreedMemory() throws(TorchError) {
    try check("keepFreedMemory", ct_keep_freed_memory())
}

/// The most memory the process ever held resident, in bytes.
package var peakMemory: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
}
