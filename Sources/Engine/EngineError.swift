internal import Datasets
internal import Foundation
internal import Networks
internal import Pruning
internal import Torch

/// A stage that could not be run: one sentence with the thing, the place and the remedy, and whom to blame.
package struct EngineError: Error, CustomStringConvertible {
    /// Whom or what to blame; the coordinator has a rule for each.
    package enum Cause: Sendable, Hashable {
        /// The stage asks for something this engine or this machine does not have.
        case invalidStage
        /// An input file is missing or damaged.
        case artifact
        /// The work directory is full or cannot be written.
        case storage
        case outOfMemory
        /// A fault of the engine itself.
        case crash
    }

    package let cause: Cause
    package let description: String

    package init(_ cause: Cause, _ description: String) {
        self.cause = cause
        self.description = description
    }

    /// Gives any error its cause.
    init(_ error: any Error) {
        switch error {
        case let error as EngineError: self = error
        case let error as DatasetError: self.init(.invalidStage, error.description)
        case let error as NetworkError: self.init(.invalidStage, error.description)
        case let error as InfeasibleLevel: self.init(.invalidStage, error.description)
        case let error as PruningError: self.init(.invalidStage, error.description)
        case let error as TorchError where error.code == .outOfMemory:
            self.init(
                .outOfMemory,
                "out of memory in \(error.operation): give the worker fewer slots or the stage a smaller batch size")
        default: self.init(.crash, "\(error)")
        }
    }
}
