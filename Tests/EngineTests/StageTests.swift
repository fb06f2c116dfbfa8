import Engine
import Foundation
import Sweep
import Testing

@Suite(.timeLimit(.minutes(1))) struct StageTests {
    @Test func trainsDigits() throws {
        let scratch = try Scratch()
        var phases: [String] = []
        let result = try Digits.run(Digits.dense(epochs: 20), in: scratch.path) { phases.append($0.phase) }
        guard case .finished(let outcome, let path) = result else {
            Issue.record("stopped")
            return
        }
        #expect(outcome.status == .ok)
        #expect(try #require(outcome[.testAccuracy]) > 0.94)
        #expect(outcome[.sparsity] == 0)
        #expect(outcome[.parametersTotal] == 50_610)
        #expect(outcome[.macsNonzero] == outcome[.macsDense])
        #expect(outcome[.trainingEpochs] == 20)
        #expect(try (0.01..<0.9).contains(#require(outcome[.prunability])))
        // 1,438 images less 144 for validation, in batches of 64.
        #expect(outcome[.trainingSteps] == 420)
        #expect(outcome.epochs.map(\.epoch) == Array(1...20))
        #expect(outcome.epochs.last?.validationAccuracy == outcome[.validationAccuracy])
        #expect(outcome.environment.contains("1 thread, libtorch 2."))
        #expect(outcome.artifacts.map(\.role) == ["checkpoint"])
        #expect(FileManager.default.contents(atPath: path)?.count == Int(outcome.artifacts[0].size))
        #expect(phases.first == "training" && phases.last == "evaluating")
    }

    @Test(arguments: MethodCatalogue.names, [0.5, 0.9])
    func prunesDigits(_ method: String, _ sparsity: Double) throws {
        let scratch = try Scratch()
        let dense = try Digits.dense(epochs: 10)
        let parent = try Digits.finish(dense, in: scratch("dense"))
        // Movement learns from the way the weights go: the last small steps of the schedule tell it nothing.
        let stage = try Digits.pruned(dense, method, .sparsity(sparsity), epochs: method == "movement" ? 10 : 5)
        let (outcome, _) = try Digits.finish(stage, in: scratch("pruned"), checkpoint: parent.checkpoint)
        #expect(outcome.status == .ok, "\(outcome.note)")
        let achieved = try #require(outcome[.sparsity])
        #expect(abs(achieved - sparsity) <= 0.005)
        #expect(outcome.layers.map { Double($0.nonzero) }.reduce(0, +) == outcome[.prunableNonzero])
        #expect(outcome[.prunedValidationAccuracy] != nil)
        let isTrained = try #require(stage.pruning).start == .trained
        #expect(outcome.epochs.allSatisfy { $0.phase == "fine-tuning" || !isTrained })
        if sparsity == 0.5 { #expect(try #require(outcome[.testAccuracy]) > 0.9) }
    }

    @Test func aLevelOfTheMethodsOwnKnobIsTakenAsItIs() throws {
        let scratch = try Scratch()
        let dense = try Digits.dense()
        let parent = try Digits.finish(dense, in: scratch("dense"))
        let sparsities = try [0.99, 0.8].map { alpha in
            let stage = try Digits.pruned(dense, "nnrelief", .knob(name: "alpha", value: alpha), iterations: 2)
            let (outcome, _) = try Digits.finish(stage, in: scratch("\(alpha)"), checkpoint: parent.checkpoint)
            #expect(outcome.status == .ok)
            return try #require(outcome[.sparsity])
        }
        #expect(sparsities[0] > 0.1 && sparsities[1] > sparsities[0])
    }

    @Test func collapseInfeasibilityAndDivergenceAreResults() throws {
        let scratch = try Scratch()
        let dense = try Digits.dense()
        let parent = try Digits.finish(dense, in: scratch("dense"))
        func outcome(_ method: String, _ sparsity: Double) throws -> Outcome {
            let stage = try Digits.pruned(dense, method, .sparsity(sparsity))
            return try Digits.finish(stage, in: scratch("\(method)-\(sparsity)"), checkpoint: parent.checkpoint).outcome
        }
        let collapsed = try outcome("magnitude-global", 0.9999)
        #expect(collapsed.status == .collapsed)
        #expect(collapsed.note.contains("weight has no weight left"))
        #expect(collapsed[.testAccuracy] != nil)
        #expect(collapsed.epochs.isEmpty)
        // On one image many neurons are silent, and their connections go whatever was requested.
        var stage = try Digits.pruned(dense, "nnrelief", .sparsity(0.01))
        stage.pruning?.knobs["batch"] = 1
        let infeasible = try Digits.finish(stage, in: scratch("infeasible"), checkpoint: parent.checkpoint).outcome
        #expect(infeasible.status == .infeasible)
        #expect(infeasible.note.contains("not the requested 0.01"))

        // A selection that leaves nothing to prune: weights, channels, and a method that prunes while it trains.
        for method in ["magnitude-global", "filter-l1", "rigl"] {
            var nothing = try Digits.pruned(dense, method, .sparsity(0.5))
            nothing.pruning?.layers = LayerSelection(include: ["conv*"])
            let result = try Digits.finish(nothing, in: scratch("nothing-\(method)"), checkpoint: parent.checkpoint)
            #expect(result.outcome.status == .infeasible, "\(method)")
            #expect(result.outcome.note.contains("not retrained") && result.outcome[.testAccuracy] != nil, "\(method)")
        }

        let wild = try Digits.dense(learningRate: 1e30)
        let diverged = try Digits.finish(wild, in: scratch("wild"))
        #expect(diverged.outcome.status == .diverged)
        #expect(diverged.outcome.note.contains("non-finite in epoch 1"))
        #expect(diverged.outcome.measures.values.allSatisfy { $0.isFinite })
        let child = try Digits.pruned(wild, "random", .sparsity(0.5))
        let heir = try Digits.finish(child, in: scratch("heir"), checkpoint: diverged.checkpoint)
        #expect(heir.outcome.status == .diverged)
    }

    // MARK: - The same bits

    @Test(arguments: Training.Optimizer.allCases)
    func twoRunsGiveTheSameBits(_ optimizer: Training.Optimizer) throws {
        let scratch = try Scratch()
        let stage = try Digits.dense(optimizer: optimizer)
        let first = try Digits.finish(stage, in: scratch("a")).outcome
        #expect(try Digits.finish(stage, in: scratch("b")).outcome.repeatable == first.repeatable)
        var other = stage
        other.seed = 1
        #expect(try Digits.finish(other, in: scratch("c")).outcome.artifacts != first.artifacts)
    }

    /// Stops in mid-epoch, on the first and last step of an epoch, and again and again.
    @Test(arguments: [[1], [20], [21], [22], [42], [5, 5, 30, 2]], Training.Optimizer.allCases)
    func interruptedTrainingGivesTheSameBits(_ stops: [Int], _ optimizer: Training.Optimizer) throws {
        let scratch = try Scratch()
        let stage = try Digits.dense(epochs: 2, optimizer: optimizer)
        let whole = try Digits.finish(stage, in: scratch("whole")).outcome
        for stop in stops {
            guard case .stopped(let resume, _) = try Digits.run(stage, in: scratch("parts"), stopAt: stop) else {
                // The stop came after the last step.
                break
            }
            #expect(resume != nil)
        }
        #expect(try Digits.finish(stage, in: scratch("parts")).outcome.repeatable == whole.repeatable)
    }

    /// Stops before the first pruning, in a round, and between two rounds, and moves to another machine's directory.
    ///
    /// One question before each of two prunings, one after each of the 21 steps of an epoch.
    @Test(arguments: ["magnitude-global", "nnrelief"], [1, 2, 15, 22, 23, 24, 40])
    func interruptedPruningGivesTheSameBits(_ method: String, _ stop: Int) throws {
        let scratch = try Scratch()
        let dense = try Digits.dense(epochs: 1)
        let parent = try Digits.finish(dense, in: scratch("dense")).checkpoint
        let stage = try Digits.pruned(dense, method, .sparsity(0.9), iterations: 2, epochs: 1)
        let whole = try Digits.finish(stage, in: scratch("whole"), checkpoint: parent).outcome
        let result = try Digits.run(stage, in: scratch("here"), checkpoint: parent, stopAt: stop)
        guard case .stopped(let resume, let step) = result else {
            Issue.record("did not stop")
            return
        }
        #expect((resume == nil) == (stop == 1))
        #expect(step == (stop <= 22 ? stop - 1 : stop - 2), "\(step)")
        let there = try Digits.finish(stage, in: scratch("there"), checkpoint: parent, resume: resume?.path).outcome
        #expect(there.repeatable == whole.repeatable)
    }

    /// Stops three times, after steps drawn for the method, and goes on elsewhere each time.
    @Test(arguments: MethodCatalogue.names) func everyMethodGoesOnAsIfItHadNeverStopped(_ method: String) throws {
        let scratch = try Scratch()
        let dense = try Digits.dense(epochs: 1)
        let parent = try Digits.finish(dense, in: scratch("dense")).checkpoint
        let stage = try Digits.pruned(dense, method, .sparsity(0.8), iterations: 2, epochs: 1)
        let whole = try Digits.finish(stage, in: scratch("whole"), checkpoint: parent).outcome
        #expect(whole.status == .ok, "\(whole.note)")
        // A question before each round and after each of the 21 steps of an epoch.
        let questions = stage.rounds.reduce(0) { $0 + 1 + 21 * $1.epochs }
        var stream = RandomStream(seed: 0, purpose: "stops", detail: method)
        var resume: String?
        for part in 0..<3 {
            let stop = 2 + stream.integer(below: questions / 3 - 2)
            let result = try Digits.run(
                stage, in: scratch("part-\(part)"), checkpoint: parent, resume: resume, stopAt: stop)
            guard case .stopped(let left, _) = result else {
                Issue.record("did not stop")
                return
            }
            resume = try #require(left).path
        }
        let last = try Digits.finish(stage, in: scratch("last"), checkpoint: parent, resume: resume).outcome
        #expect(last.repeatable == whole.repeatable)
    }

    @Test func aResumeFileThatIsDamagedOrAnothersIsLeftAlone() throws {
        let scratch = try Scratch()
        let stage = try Digits.dense()
        let whole = try Digits.finish(stage, in: scratch("whole")).outcome
        for (name, other) in [("damaged", stage), ("others", try Digits.dense(seed: 5))] {
            _ = try Digits.run(other, in: scratch(name), stopAt: 30)
            if name == "damaged" {
                let path = scratch("damaged/resume.safetensors")
                let content = try #require(FileManager.default.contents(atPath: path))
                try content.dropLast(100).write(to: URL(fileURLWithPath: path))
            }
            #expect(try Digits.finish(stage, in: scratch(name)).outcome.repeatable == whole.repeatable)
        }
    }
}
