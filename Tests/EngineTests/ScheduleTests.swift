import Foundation
import Sweep
import Testing

@testable import Engine

@Suite struct ScheduleTests {
    static func training(_ schedule: Training.Schedule, epochs: Int = 10, warmUp: Double = 0) -> Training {
        Training(
            optimizer: .sgd, learningRate: 0.4, momentum: 0.9, weightDecay: 0, batchSize: 10, epochs: epochs,
            schedule: schedule, warmUp: warmUp)
    }

    @Test func closedForms() {
        let constant = LearningRate(Self.training(.constant), stepsPerEpoch: 5)
        #expect((0..<10).allSatisfy { constant.rate(epoch: $0, step: 3) == 0.4 })
        let step = LearningRate(Self.training(.step(epochs: [4, 8], factor: 0.5)), stepsPerEpoch: 5)
        #expect((0..<10).map { step.rate(epoch: $0, step: 0) } == [0.4, 0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.2, 0.1, 0.1])
        #expect(step.last == 0.1)
        let cosine = LearningRate(Self.training(.cosine), stepsPerEpoch: 5)
        for epoch in 0..<10 {
            #expect(abs(cosine.rate(epoch: epoch, step: 4) - 0.2 * (1 + cos(.pi * Double(epoch) / 10))) < 1e-15)
        }
    }

    @Test func warmUpRisesByTheStepAndMayEndWithinAnEpoch() {
        let rate = LearningRate(Self.training(.constant, warmUp: 1.6), stepsPerEpoch: 5)
        let rates = (0..<10).map { rate.rate(epoch: $0 / 5, step: $0 % 5) }
        for (step, rate) in rates.enumerated() { #expect(abs(rate - 0.4 * min(1, Double(step + 1) / 8)) < 1e-15) }
    }

    static func stage(_ mode: Retrain.Mode, epochs: Int, iterations: Int) -> Stage {
        Stage(
            kind: .prune, network: "lenet-300-100",
            dataset: DatasetReference(name: "digits", digest: "", validation: 0),
            seed: 0, threads: 1, training: training(.step(epochs: [8], factor: 0.5)),
            pruning: Pruning(
                method: "random", knobs: [:], level: .sparsity(0.5),
                schedule: iterations > 1 ? .iterative(rounds: iterations) : .oneShot,
                retrain: Retrain(mode: mode, epochs: epochs)))
    }

    @Test func rewindingReplaysTheEndOfTheDenseSchedule() throws {
        let schedule = try Schedule(Self.stage(.learningRateRewinding, epochs: 4, iterations: 3), trainingImages: 42)
        #expect(schedule.stepsPerEpoch == 5)
        #expect(schedule.totalSteps == 3 * 4 * 5)
        #expect(schedule.rounds.map(\.index) == [1, 2, 3])
        for round in schedule.rounds {
            #expect((0..<4).map { schedule.rate(of: round, epoch: $0, step: 0) } == [0.4, 0.4, 0.2, 0.2])
        }
        let all = try Schedule(Self.stage(.learningRateRewinding, epochs: 10, iterations: 1), trainingImages: 42)
        #expect(
            (0..<10).map { all.rate(of: all.rounds[0], epoch: $0, step: 0) } == Array(repeating: 0.4, count: 8) + [
                0.2, 0.2,
            ])
        #expect(throws: EngineError.self) {
            try Schedule(Self.stage(.learningRateRewinding, epochs: 11, iterations: 1), trainingImages: 42)
        }
    }

    @Test func fineTuningStaysAtTheLastRate() throws {
        let schedule = try Schedule(Self.stage(.fineTune, epochs: 12, iterations: 1), trainingImages: 42)
        #expect((0..<12).allSatisfy { schedule.rate(of: schedule.rounds[0], epoch: $0, step: 4) == 0.2 })
    }
}
