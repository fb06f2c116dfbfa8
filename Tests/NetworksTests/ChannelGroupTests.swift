import Testing

@testable import Networks

@Suite struct ChannelGroupTests {
    private func group(_ name: String, of network: Network) throws -> ChannelGroup {
        try #require(network.channelGroups.first { $0.name == name })
    }

    private func names(_ network: Network, _ positions: [Int]) -> [String] { positions.map { network.nodes[$0].name } }

    @Test func aPerceptronsGroupsAreItsHiddenLayers() throws {
        let network = try Network.named("lenet-300-100", inputShape: [1, 8, 8], classes: 10)
        #expect(network.channelGroups.map(\.name) == ["fc1", "fc2"])
        #expect(network.channelGroups.map(\.channels) == [300, 100])
        #expect(
            network.channelGroups[0].members == [
                .init(name: "fc1.weight", kind: .weight, axis: 0, spread: 1),
                .init(name: "fc1.bias", kind: .bias, axis: 0, spread: 1),
                .init(name: "fc2.weight", kind: .weight, axis: 1, spread: 1),
            ])
    }

    @Test func aChannelSpreadsAcrossAFlattening() throws {
        let network = try Network.named("lenet-5", inputShape: [1, 28, 28], classes: 10)
        #expect(network.channelGroups.map(\.name) == ["conv1", "conv2", "fc1"])
        let convolution = try group("conv2", of: network)
        #expect(convolution.members.last == .init(name: "fc1.weight", kind: .weight, axis: 1, spread: 16))
        #expect(convolution.consumers == [.init(node: 7, spread: 16)])
        #expect(convolution.members.last?.indices(of: [0, 2]) == Array(0..<16) + Array(32..<48))
    }

    // Three stages, each one stream of channels; inside each of the nine blocks one group of its own.
    @Test func aResidualStageIsOneGroup() throws {
        let network = try Network.named("resnet-20", inputShape: [3, 32, 32], classes: 10)
        let groups = network.channelGroups
        let blocks = (1...3).flatMap { stage in (0...2).map { "layer\(stage).\($0)" } }
        #expect(
            groups.map(\.name) == [
                "conv1", "layer1.0.conv1", "layer1.1.conv1", "layer1.2.conv1", "layer2.0.conv1", "layer2.0.conv2",
                "layer2.1.conv1", "layer2.2.conv1", "layer3.0.conv1", "layer3.0.conv2", "layer3.1.conv1",
                "layer3.2.conv1",
            ])
        #expect(groups.map(\.channels) == [16, 16, 16, 16, 32, 32, 32, 32, 64, 64, 64, 64])

        let first = try group("conv1", of: network)
        #expect(
            names(network, first.producers) == ["conv1", "layer1.0.conv2", "layer1.1.conv2", "layer1.2.conv2"])
        #expect(
            names(network, first.consumers.map(\.node)) == [
                "layer1.0.conv1", "layer1.1.conv1", "layer1.2.conv1", "layer2.0.conv1", "layer2.0.downsample.0",
            ])
        // Four weights and four normalisations of four values on axis 0; five readers on axis 1.
        #expect(first.members.count { $0.axis == 0 } == 4 * 5)
        #expect(first.members.count { $0.axis == 1 } == 5)

        let second = try group("layer2.0.conv2", of: network)
        #expect(
            names(network, second.producers) == [
                "layer2.0.conv2", "layer2.0.downsample.0", "layer2.1.conv2", "layer2.2.conv2",
            ])
        let third = try group("layer3.0.conv2", of: network)
        #expect(names(network, third.consumers.map(\.node)) == ["layer3.1.conv1", "layer3.2.conv1", "fc"])

        for block in blocks {
            let inner = try group("\(block).conv1", of: network)
            #expect(names(network, inner.producers) == ["\(block).conv1"])
            #expect(names(network, inner.consumers.map(\.node)) == ["\(block).conv2"])
            #expect(inner.members.count == 1 + 4 + 1)
        }
    }

    @Test func aDepthwiseConvolutionTiesWhatItReadsToWhatItGives() throws {
        let network = try Network.named("mobilenet-v1", inputShape: [3, 32, 32], classes: 10)
        #expect(network.channelGroups.count == 14)
        let first = network.channelGroups[0]
        #expect(names(network, first.producers) == ["conv1", "block1.depthwise"])
        #expect(names(network, first.consumers.map(\.node)) == ["block1.pointwise"])
        #expect(
            first.members.filter { $0.kind == .weight } == [
                .init(name: "conv1.weight", kind: .weight, axis: 0, spread: 1),
                .init(name: "block1.depthwise.weight", kind: .weight, axis: 0, spread: 1),
                .init(name: "block1.pointwise.weight", kind: .weight, axis: 1, spread: 1),
            ])
    }

    @Test func whatCannotGoIsInNoGroup() throws {
        // The input is added to the trunk, so the trunk keeps its channels; grouped convolutions keep theirs.
        var network = Network(name: "tied", inputShape: [4, 6, 6])
        try network.append("same", .relu)
        try network.append("trunk", .convolution(outputs: 4, kernel: 3, padding: 1))
        try network.append("sum", .add, after: ["same", "trunk"])
        try network.append("free", .convolution(outputs: 4, kernel: 1))
        try network.append("before", .convolution(outputs: 4, kernel: 1))
        try network.append("grouped", .convolution(outputs: 4, kernel: 1, groups: 2))
        try network.append("after", .convolution(outputs: 4, kernel: 1))
        #expect(network.channelGroups.map(\.name) == ["free"])
    }
}
