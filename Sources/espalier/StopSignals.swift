internal import Foundation
internal import UnixSignals

extension UnixSignalsSequence {
    /// What asks a program to leave in order: Ctrl-C, SIGTERM, and a terminal that was closed, unless the program was started
    /// so as to outlive it (nohup).
    static func stops() async -> UnixSignalsSequence {
        var action = sigaction()
        sigaction(SIGHUP, nil, &action)
        let outlivesItsTerminal = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
        return await outlivesItsTerminal
            ? UnixSignalsSequence(trapping: .sigint, .sigterm)
            : UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
    }
}
