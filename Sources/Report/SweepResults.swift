package import Sweep

/// Everything a report is drawn from: one sweep's plan and what its stages measured. JSON on the wire.
package struct SweepResults: Codable, Sendable {
    /// A trained dense network: the baseline of every task with its seed.
    package struct Dense: Codable, Sendable {
        package var seed: Int
        package var stage: StageKey
        package var evaluation: Evaluation
        package init(seed: Int, stage: StageKey, evaluation: Evaluation) {
            self.seed = seed
            self.stage = stage
            self.evaluation = evaluation
        }
    }

    /// A task with its measures, where it has them.
    package struct Row: Codable, Sendable {
        package var task: Plan.Task
        /// The dense parent, by which intervals are clustered.
        package var dense: StageKey
        package var evaluation: Evaluation
        package init(task: Plan.Task, dense: StageKey, evaluation: Evaluation) {
            self.task = task
            self.dense = dense
            self.evaluation = evaluation
        }
    }

    /// What is known of one stage: an outcome, a failure, or nothing yet.
    package struct Evaluation: Codable, Sendable {
        /// Whether there is something to report.
        package enum State: String, Codable, Sendable {
            case pending
            /// There is an outcome; its status may still say collapsed or infeasible.
            case measured
            /// Given up on; the note says why.
            case failed
        }
        package var state: State
        package var note: String
        /// Of a failure: the last lines that the engine wrote to its standard error.
        package var evidence: String?
        package var outcome: Outcome?
        package var worker: String
        package init(
            state: State, note: String = "", evidence: String? = nil, outcome: Outcome? = nil, worker: String = ""
        ) {
            self.state = state
            self.note = note
            self.evidence = evidence
            self.outcome = outcome
            self.worker = worker
        }
    }

    package var id: String
    package var plan: Plan
    /// "running", "finished", "failed", "cancelled".
    package var state: String
    /// The sweep file as submitted.
    package var yaml: String
    /// Unix seconds; 0 while not finished.
    package var submittedAt: Double
    package var finishedAt: Double
    package var dense: [Dense]
    /// In task order.
    package var rows: [Row]
    /// Tells the state directory that they come from; no secret.
    package var stateIdentity: String

    package init(
        id: String, plan: Plan, state: String, yaml: String, submittedAt: Double, finishedAt: Double, dense: [Dense],
        rows: [Row], stateIdentity: String = ""
    ) {
        self.id = id
        self.plan = plan
        self.state = state
        self.yaml = yaml
        self.submittedAt = submittedAt
        self.finishedAt = finishedAt
        self.dense = dense
        self.rows = rows
        self.stateIdentity = stateIdentity
    }
}
