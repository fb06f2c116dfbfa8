import Sweep
import Testing

/// The rules' edges; what breaks them outright goes through the whole system in MisbehaviourTests.
@Suite struct OutcomeAcceptanceTests {
    private func outcome(_ measures: [Measure: Double], status: Outcome.Status = .ok) -> Outcome {
        var measures = Dictionary(uniqueKeysWithValues: measures.map { ($0.key.rawValue, $0.value) })
        if status == .ok, measures["test_accuracy"] == nil { measures["test_accuracy"] = 0.5 }
        return Outcome(status: status, measures: measures)
    }

    @Test(arguments: [
        (Measure.testAccuracy, 1 + 1e-10, 1.0), (.testAccuracy, -1e-10, 0), (.sparsity, 0.5, 0.5),
        (.prunableNonzero, 1000 * (1 - 0.9), 100), (.storedBytes, 1e15, 1e15), (.compressionRatio, 1 - 1e-10, 1),
        (.macsNonzero, 10.5, 10.5), (.testLoss, -3, -3), (.trainingEpochs, 0.5, 0.5),
    ])
    func roundingIsSetRight(measure: Measure, value: Double, kept: Double) throws {
        #expect(try outcome([measure: value]).accepted().measures[measure.rawValue] == kept)
    }

    @Test(arguments: [
        (Measure.testAccuracy, 1 + 1e-6), (.validationAccuracy, -1e-6), (.prunability, 2), (.prunableNonzero, 99.9),
        (.trainingSteps, -1), (.compressionRatio, 0.999), (.macsDense, -1), (.testLoss, .nan), (.errorBound, 1e101),
    ])
    func moreThanRoundingIsRefused(measure: Measure, value: Double) throws {
        let fault = #expect(throws: Malformed.self) { try outcome([measure: value]).accepted() }
        #expect(fault?.reason.contains(measure.rawValue) == true)
    }

    @Test func whatIsRequiredDependsOnStatusAndStage() throws {
        let accuracyOnly = outcome([.testAccuracy: 0.9])
        _ = try accuracyOnly.accepted(of: .train)
        #expect(throws: Malformed.self) { try accuracyOnly.accepted(of: .prune) }
        #expect(throws: Malformed.self) { try Outcome().accepted() }
        for status in Outcome.Status.allCases where status != .ok {
            _ = try Outcome(status: status).accepted(of: .prune)
        }
    }

    @Test func acceptedOnceIsAcceptedAlways() throws {
        let once = try outcome([.testAccuracy: 1 + 1e-10, .prunableNonzero: 1000 * (1 - 0.9)]).accepted()
        #expect(try once.accepted() == once)
    }

    @Test func textsAreShownAsTheyAreOrNotAtAll() throws {
        var outcome = outcome([:])
        outcome.note = "one\u{1b}[2J\ntwo" + String(repeating: "é", count: 4096)
        let note = try outcome.accepted().note
        #expect(note.hasPrefix("one [2J two") && note.utf8.count <= Check.textBytes)
    }
}
