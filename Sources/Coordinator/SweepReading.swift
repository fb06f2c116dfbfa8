package import Report
package import Wire

/// What may be asked of a coordinator's state by those who only look: of a coordinator that runs (``OperatorClient``), or
/// of a state directory without one (``StateReader``).
///
/// A sweep is named by its id, or "last". Throws an ``OperatorError`` where there is no such sweep.
package protocol SweepReading: Sendable {
    /// All sweeps, in the order in which they were submitted last.
    func sweeps() async throws -> [WireSweepSummary]
    /// One sweep and its failures, or with an empty name everything.
    func status(of sweep: String) async throws -> WireStatus
    func results(of sweep: String) async throws -> SweepResults
}
