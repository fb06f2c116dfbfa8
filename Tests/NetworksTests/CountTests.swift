import Foundation
import Testing

@testable import Networks

@Suite struct CountTests {
    struct Published: Sendable, CustomTestStringConvertible {
        let name: String
        let shape: [Int]
        let classes: Int
        let parameters: Int
        let prunable: Int
        let macs: Int
        var testDescription: String { "\(name) at \(shape)" }
    }

    // LeNets by hand: 784*300 + 300*100 + 100*10; 24*24*25*20 + 8*8*25*20*50 + 800*500 + 500*10. The others as published
    // (ResNet-50's weights and multiply-accumulates: STR's budget tables) or counted by hooks on the same layers in PyTorch.
    @Test(arguments: [
        Published(
            name: "lenet-300-100", shape: [1, 28, 28], classes: 10, parameters: 266_610, prunable: 266_200,
            macs: 266_200),
        Published(
            name: "lenet-300-100", shape: [1, 8, 8], classes: 10, parameters: 50_610, prunable: 50_200, macs: 50_200),
        Published(
            name: "lenet-5", shape: [1, 28, 28], classes: 10, parameters: 431_080, prunable: 430_500,
            macs: 2_293_000),
        Published(
            name: "noiseout-lenet", shape: [1, 28, 28], classes: 10, parameters: 605_546, prunable: 604_960,
            macs: 2_382_848),
        Published(
            name: "vgg-16-bn", shape: [3, 32, 32], classes: 10, parameters: 14_728_266, prunable: 14_715_584,
            macs: 313_201_664),
        Published(
            name: "resnet-20", shape: [3, 32, 32], classes: 10, parameters: 272_474, prunable: 270_896,
            macs: 40_813_184),
        Published(
            name: "resnet-32", shape: [3, 32, 32], classes: 10, parameters: 466_906, prunable: 464_432,
            macs: 69_124_736),
        Published(
            name: "resnet-56", shape: [3, 32, 32], classes: 10, parameters: 855_770, prunable: 851_504,
            macs: 125_747_840),
        Published(
            name: "resnet-110", shape: [3, 32, 32], classes: 10, parameters: 1_730_714, prunable: 1_722_416,
            macs: 253_149_824),
        Published(
            name: "resnet-18", shape: [3, 224, 224], classes: 1000, parameters: 11_689_512, prunable: 11_678_912,
            macs: 1_814_073_344),
        Published(
            name: "resnet-50", shape: [3, 224, 224], classes: 1000, parameters: 25_557_032, prunable: 25_502_912,
            macs: 4_089_184_256),
        Published(
            name: "mobilenet-v1", shape: [3, 224, 224], classes: 1000, parameters: 4_231_976, prunable: 4_209_088,
            macs: 568_740_352),
    ])
    func totals(_ published: Published) throws {
        let network = try Network.named(
            published.name, inputShape: published.shape, classes: published.classes)
        #expect(network.parameterCount == published.parameters)
        #expect(network.prunableCount == published.prunable)
        #expect(network.macs == published.macs)
        #expect(network.outputShape == [published.classes])
    }

    @Test func onlyWhatIsLeftCounts() throws {
        let network = try Network.named("lenet-5", inputShape: [1, 28, 28], classes: 10)
        #expect(network.macs { $0.name.hasPrefix("fc") ? 0 : $0.count } == 1_888_000)
    }

    // methods.md 1.2: hidden units and parameters of the pruned networks in the NoiseOut paper.
    @Test(arguments: [
        (300, 100, 266_610), (23, 14, 18_541), (20, 9, 15_989), (20, 7, 15_927), (19, 6, 15_105), (14, 9, 11_225),
        (13, 12, 10_503), (16, 7, 12_759), (18, 7, 14_343), (19, 7, 15_135),
    ])
    func noiseOutPerceptrons(_ first: Int, _ second: Int, _ parameters: Int) throws {
        let network = try Network.perceptron(
            name: "noiseout", inputShape: [1, 28, 28], hidden: [first, second], classes: 10)
        #expect(network.parameterCount == parameters)
    }

    @Test(arguments: [(512, 605_546), (313, 374_109), (3, 13_579), (33, 48_469), (26, 40_328)])
    func noiseOutConvolutions(_ dense: Int, _ parameters: Int) throws {
        let network = try Network.noiseOutLeNet(inputShape: [1, 28, 28], dense: dense, classes: 10)
        #expect(network.parameterCount == parameters)
    }

    // The paper's network for SVHN: totals of 1035 n + 176,410 say that 1024 features come into the dense layer and that the
    // convolutions, which are not known, have 176,400 parameters.
    @Test(arguments: [(1024, 1_236_250), (132, 313_030), (4, 180_550), (25, 202_285), (17, 194_005)])
    func noiseOutStreetNumbers(_ dense: Int, _ parameters: Int) throws {
        let network = try Network.perceptron(name: "head", inputShape: [64, 4, 4], hidden: [dense], classes: 10)
        #expect(network.parameterCount + 176_400 == parameters)
    }

    // MARK: - STR's budgets

    static let budgets = ProcessInfo.processInfo.environment["ESPALIER_DATA"].map {
        URL(fileURLWithPath: $0).appendingPathComponent("published/str-resnet50-budgets.csv")
    }

    // Column, millions of weights left, millions of multiply-accumulates, as printed in methods.md 4.2.
    @Test(
        .enabled(
            if: budgets.map { FileManager.default.fileExists(atPath: $0.path) } ?? false,
            "no published/str-resnet50-budgets.csv under ESPALIER_DATA: STR's budgets are NOT checked"),
        arguments: [
            ("79.55", "5.22", "767"), ("81.27", "4.78", "705"), ("90.23", "2.49", "343"), ("90.55", "2.41", "341"),
            ("95.03", "1.27", "159"), ("95.15", "1.24", "162"), ("96.11", "0.99", "127"), ("96.53", "0.88", "117"),
            ("97.78", "0.57", "80"), ("98.05", "0.50", "73"), ("98.79", "0.31", "54"), ("98.98", "0.26", "47"),
        ])
    func learnedBudgets(_ sparsity: String, _ weights: String, _ macs: String) throws {
        let text = try String(contentsOf: #require(Self.budgets), encoding: .utf8)
        let rows = text.split(whereSeparator: \.isNewline).map { $0.split(separator: ",").map(String.init) }
        let column = try #require(rows[0].firstIndex(of: "sparsity_percent_at_\(sparsity)"))
        let layers = rows.filter { $0[0].hasPrefix("Layer ") }
        let network = try Network.named("resnet-50", inputShape: [3, 224, 224], classes: 1000)
        try #require(layers.count == network.prunable.count)
        var left: [String: Int] = [:]
        for (row, parameter) in zip(layers, network.prunable) {
            #expect(row[0].hasSuffix(" - \(parameter.name.dropLast(".weight".count))"))
            #expect(Int(row[1]) == parameter.count)
            #expect(Int(row[2]) == parameter.count * parameter.uses)
            let pruned = try #require(Double(row[column])) / 100
            left[parameter.name] = Int((Double(parameter.count) * (1 - pruned)).rounded())
        }
        #expect(String(format: "%.2f", Double(left.values.reduce(0, +)) / 1e6) == weights)
        #expect(String(format: "%.0f", Double(network.macs { left[$0.name] ?? 0 }) / 1e6) == macs)
    }
}
