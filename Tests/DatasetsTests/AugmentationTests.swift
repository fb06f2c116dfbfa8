import Sweep
import Testing
import Torch

@testable import Datasets

/// What an epoch makes of an image is a function of (seed, round, epoch, position) and nothing else.
@Suite struct AugmentationTests {
    static let normalization = Normalization(scale: 255, mean: [0.5, 0.4, 0.3], deviation: [0.2, 0.25, 0.3])

    static func raw(count: Int, shape: [Int]) -> RawImages {
        var stream = RandomStream(seed: 3, purpose: "test")
        return RawImages(
            shape: shape,
            pixels: (0..<count * shape.reduce(1, *)).map { _ in UInt8(truncatingIfNeeded: stream.bits()) },
            labels: (0..<Int64(count)).map { $0 % 10 })
    }

    static func draws(_ augmentation: Augmentation, seed: Int = 1, round: Int = 0, epoch: Int = 0) -> AugmentationDraws
    {
        AugmentationDraws(augmentation, seed: seed, round: round, epoch: epoch)
    }

    static func pixels(_ examples: Examples, _ positions: [Int64], _ draws: AugmentationDraws?) throws -> [[Float]] {
        let inputs = try examples.batch(Tensor(positions), augmenting: draws).inputs
        let values = try inputs.contiguous().toFloats()
        let size = values.count / positions.count
        return positions.indices.map { Array(values[$0 * size..<($0 + 1) * size]) }
    }

    @Test(arguments: Augmentation.allCases)
    func neitherBatchNorOrderChangesAnImage(augmentation: Augmentation) throws {
        let examples = try Examples(Self.raw(count: 40, shape: [3, 9, 7]), normalization: Self.normalization)
        let draws = Self.draws(augmentation)
        let all = try Self.pixels(examples, Array(0..<40), draws)
        #expect(try Self.pixels(examples, [17], draws) == [all[17]])
        #expect(try Self.pixels(examples, [39, 17, 0, 17], draws) == [all[39], all[17], all[0], all[17]])
    }

    @Test(arguments: Augmentation.allCases)
    func seedRoundAndEpochChangeTheImages(augmentation: Augmentation) throws {
        let examples = try Examples(Self.raw(count: 40, shape: [3, 9, 7]), normalization: Self.normalization)
        let variants = [
            nil, Self.draws(augmentation), Self.draws(augmentation, seed: 2), Self.draws(augmentation, round: 1),
            Self.draws(augmentation, epoch: 1),
        ]
        let pixels = try variants.map { try Self.pixels(examples, Array(0..<40), $0) }
        #expect(Set(pixels).count == variants.count)
    }

    /// Pixel by pixel, by the definition: a window of the picture, outside it black.
    @Test(arguments: [nil, Augmentation.crop, .cropFlip], [[1, 6, 5], [3, 9, 12]])
    func aCropIsTheDefinition(augmentation: Augmentation?, shape: [Int]) throws {
        let raw = Self.raw(count: 30, shape: shape)
        let normalization = Normalization(
            scale: 255, mean: Array(Self.normalization.mean.prefix(shape[0])),
            deviation: Array(Self.normalization.deviation.prefix(shape[0])))
        let draws = augmentation.map { Self.draws($0, seed: 5, epoch: 2) }
        let found = try Self.pixels(Examples(raw, normalization: normalization), Array(0..<30), draws)
        let (height, width) = (shape[1], shape[2])
        for position in 0..<30 {
            let window =
                draws?.window(position: position, height: height, width: width)
                ?? PictureWindow(top: 0, left: 0, height: height, width: width, isMirrored: false)
            for channel in 0..<shape[0] {
                for y in 0..<height {
                    for x in 0..<width {
                        let row = y + window.top
                        let column = (window.isMirrored ? width - 1 - x : x) + window.left
                        let isInside = (0..<height).contains(row) && (0..<width).contains(column)
                        let byte =
                            isInside ? raw.pixels[((position * shape[0] + channel) * height + row) * width + column] : 0
                        let value =
                            (Double(byte) / 255 - normalization.mean[channel]) / normalization.deviation[channel]
                        let index = (channel * height + y) * width + x
                        #expect(found[position][index] == Float(value))
                    }
                }
            }
        }
    }

    /// Half-pixel centres, edges repeated; computed in double, so the tolerance is single precision's.
    @Test func aResizedCropIsBilinear() throws {
        let (height, width) = (12, 10)
        let raw = Self.raw(count: 20, shape: [1, height, width])
        let normalization = Normalization(scale: 255, mean: [0.5], deviation: [0.25])
        let draws = Self.draws(.resizedCropFlip)
        let found = try Self.pixels(Examples(raw, normalization: normalization), Array(0..<20), draws)
        for position in 0..<20 {
            let window = draws.window(position: position, height: height, width: width)
            func value(_ row: Int, _ column: Int) -> Double {
                let r = window.top + min(max(row, 0), window.height - 1)
                let c = window.left + min(max(column, 0), window.width - 1)
                return (Double(raw.pixels[(position * height + r) * width + c]) / 255 - 0.5) / 0.25
            }
            for y in 0..<height {
                for x in 0..<width {
                    let row = (Double(y) + 0.5) * Double(window.height) / Double(height) - 0.5
                    let shown = window.isMirrored ? width - 1 - x : x
                    let column = (Double(shown) + 0.5) * Double(window.width) / Double(width) - 0.5
                    let (r, c) = (Int(row.rounded(.down)), Int(column.rounded(.down)))
                    let (down, across) = (row - Double(r), column - Double(c))
                    let expected =
                        (1 - down) * ((1 - across) * value(r, c) + across * value(r, c + 1))
                        + down * ((1 - across) * value(r + 1, c) + across * value(r + 1, c + 1))
                    #expect(abs(Double(found[position][y * width + x]) - expected) < 1e-5)
                }
            }
        }
    }

    /// 81 places, each as likely as any other, and half of the images mirrored: chi-squared of 80 degrees of freedom
    /// exceeds 125 once in a thousand.
    @Test func placesAndMirroringAreUniform() {
        let draws = Self.draws(.cropFlip)
        let count = 8100
        var places: [[Int]: Int] = [:]
        var mirrored = 0
        for position in 0..<count {
            let window = draws.window(position: position, height: 32, width: 32)
            places[[window.top, window.left], default: 0] += 1
            mirrored += window.isMirrored ? 1 : 0
        }
        #expect(places.keys.allSatisfy { $0.allSatisfy((-4...4).contains) })
        let expected = Double(count) / 81
        let chiSquared = (-4...4).flatMap { top in (-4...4).map { [top, $0] } }.map { place in
            let difference = Double(places[place, default: 0]) - expected
            return difference * difference / expected
        }.reduce(0, +)
        #expect(chiSquared < 125)
        // Four standard deviations of a fair coin.
        #expect(abs(mirrored - count / 2) < 4 * 45)
    }

    @Test func aResizedCropLiesInsideAndVaries() {
        let draws = Self.draws(.resizedCropFlip)
        var areas: [Double] = []
        for position in 0..<2000 {
            let window = draws.window(position: position, height: 64, width: 48)
            #expect(window.top >= 0 && window.top + window.height <= 64)
            #expect(window.left >= 0 && window.left + window.width <= 48)
            areas.append(Double(window.height * window.width) / (64 * 48))
        }
        // Rounding to pixels moves the smallest area a little.
        #expect(areas.allSatisfy { $0 > 0.07 && $0 <= 1 })
        #expect(areas.contains { $0 < 0.15 } && areas.contains { $0 > 0.7 })
    }

    @Test func aStreamSkipsAsItDraws() {
        var drawn = RandomStream(seed: 1, purpose: "test")
        var skipped = drawn.advanced(by: 5)
        for _ in 0..<5 { _ = drawn.bits() }
        #expect(drawn.bits() == skipped.bits())
    }

    @Test func positionsOutsideAreRefused() throws {
        let examples = try Examples(Self.raw(count: 4, shape: [3, 9, 7]), normalization: Self.normalization)
        #expect(throws: TorchError.self) { try examples.batch(Tensor([Int64(4)])) }
        #expect(throws: TorchError.self) { try examples.batch(Tensor([Int64(-1)])) }
    }
}
