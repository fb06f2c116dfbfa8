import Sweep
import Testing

/// The key `dataset`: a name, a part of a known data set, or a description of the user's own.
@Suite struct SweepFileDatasetTests {
    static let digest = String(repeating: "ab", count: 32)

    static func file(_ dataset: String, network: String = "lenet-5", more: String = "") throws -> SweepFile {
        try SweepFile(
            yaml: "network: \(network)\ndataset: \(dataset)\nmethods: [random]\n\(more)", fileName: "s.yaml")
    }

    @Test func aKnownDataSetInPartAndAugmented() throws {
        let file = try Self.file("{name: cifar-10, training-images: 10000, augmentation: crop-flip}")
        #expect(
            file.dataset
                == DatasetReference(
                    name: "cifar-10", digest: try #require(DatasetCatalogue["cifar-10"]).digest, validation: 0.1,
                    trainingImages: 10000, augmentation: .cropFlip))
        #expect(file.name == "lenet-5-cifar-10" && file.dataset.folder == "cifar-10")
    }

    @Test func noneIsTheDefaultAugmentationAndAMappingSaysNoMoreThanAName() throws {
        #expect(try Self.file("{name: mnist, augmentation: none}").dataset == Self.file("mnist").dataset)
    }

    @Test func synthetic() throws {
        let plain = try Self.file("synthetic").dataset
        #expect(plain.trainingImages == 2000 && plain.image == [1, 28, 28] && plain.description?.classes == 10)
        #expect(plain.folder == nil)
        let shaped = try Self.file("{name: synthetic, image: [3, 32, 48], classes: 7, training-images: 70}").dataset
        #expect(shaped.image == [3, 32, 48] && shaped.description?.mean.count == 3 && shaped.trainingImages == 70)
        #expect(shaped.description?.fault == nil && plain.description?.fault == nil)
    }

    @Test func aDescription() throws {
        let reference = try Self.file(
            """
            {name: fashion, format: idx, folder: fashion-mnist, image: [1, 28, 28], classes: 10, mean: [0.286],
              deviation: [0.353], digest: \(Self.digest)}
            """
        ).dataset
        #expect(
            reference
                == DatasetReference(
                    name: "fashion", digest: Self.digest, validation: 0.1,
                    description: DatasetDescription(
                        format: .idx, folder: "fashion-mnist", image: [1, 28, 28], classes: 10, mean: [0.286],
                        deviation: [0.353])))
        #expect(reference.description?.fault == nil && reference.folder == "fashion-mnist")
        let hundred = try Self.file(
            "{name: c100, format: cifar-100, mean: [0, 0, 0], deviation: [1, 1, 1], digest: \(Self.digest)}"
        ).dataset
        #expect(hundred.image == [3, 32, 32] && hundred.description?.classes == 100 && hundred.folder == "c100")
    }

    /// What decides the images is in the key; a description reads back.
    @Test func everyFieldIsInTheKey() throws {
        var stage = StageIdentityTests.dense
        var keys = [try stage.key]
        stage.dataset.trainingImages = 100
        keys.append(try stage.key)
        stage.dataset.augmentation = .crop
        keys.append(try stage.key)
        let description = DatasetDescription(
            format: .imageFolder, folder: "pets", image: [3, 8, 8], classes: 2, mean: [0, 0, 0], deviation: [1, 1, 1])
        stage.dataset.description = description
        keys.append(try stage.key)
        let changes: [(inout DatasetDescription) -> Void] = [
            { $0.format = .idx }, { $0.folder = "other" }, { $0.image = [3, 9, 8] }, { $0.classes = 3 },
            { $0.mean[2] = 0.5 }, { $0.deviation[0] = 0.5 },
        ]
        for change in changes {
            var other = description
            change(&other)
            stage.dataset.description = other
            keys.append(try stage.key)
        }
        #expect(Set(keys).count == 4 + changes.count)
        #expect(try Stage(canonicalJSON: stage.canonicalJSON) == stage)
    }

    static let described =
        "name: own, format: idx, image: [1, 28, 28], classes: 10, mean: [0.1], deviation: [0.3], digest: \(digest)"

    static let faults: [(String, String)] = [
        ("{format: idx}", "2:10: dataset: the key 'name' is missing; add `name: NAME`"),
        (
            "{name: cifar}",
            "2:17: dataset.name: unknown data set 'cifar' (did you mean 'cifar-10'?); allowed are digits, mnist, cifar-10, synthetic"
        ),
        (
            "{name: mnist, augmentation: flip}",
            "2:38: dataset.augmentation: unknown augmentation 'flip'; allowed are none, crop, crop-flip, resized-crop-flip"
        ),
        (
            "{name: mnist, training-images: 60001}",
            "2:41: dataset.training-images: mnist has 60000 training images, fewer than 60001"
        ),
        (
            "{name: mnist, training-images: 5}",
            "2:41: dataset.training-images: 5 training images are fewer than the 10 classes"
        ),
        (
            "{name: mnist, classes: 5}",
            "2:33: dataset.classes: mnist is known without a description; remove the key, or add a `format` and another name"
        ),
        ("[mnist]", "2:10: dataset: a list is not a mapping; write `key: value` pairs"),
        (
            "{name: mnist, size: 5}",
            "2:24: dataset.size: unknown key 'size'; allowed are name, training-images, augmentation, format, folder, digest, image, classes, mean, deviation"
        ),
        (
            "{\(described.replacing("idx", with: "csv"))}",
            "2:30: dataset.format: unknown format 'csv'; allowed are idx, cifar-10, cifar-100, image-folder"
        ),
        (
            "{\(described.replacing("own", with: "mnist"))}",
            "2:17: dataset.name: mnist is known without a description; give your data set another name"
        ),
        (
            "{\(described.replacing(digest, with: "12"))}",
            "2:107: dataset.digest: '12' is no SHA-256 of 64 digits 0-9, a-f; take the one `espalier-engine dataset` prints"
        ),
        (
            "{name: own, format: idx, image: [1, 28, 28], classes: 10, mean: [0.1], deviation: [0.3]}",
            "2:10: dataset: the key 'digest' is missing; `espalier-engine dataset` prints all that a description needs"
        ),
        (
            "{\(described), folder: ../mnist}",
            "2:181: dataset.folder: '../mnist' is no name; allowed are 1 to 64 letters, digits, '.', '_', '-', the first a letter or digit"
        ),
        (
            "{\(described.replacing("[0.3]", with: "[0]"))}",
            "2:93: dataset.deviation[0]: '0' is out of range; allowed is more than 0 and at most 1"
        ),
        (
            "{\(described.replacing("[0.1]", with: "[0.1, 0.2]"))}",
            "2:74: dataset.mean: the images have 1 channel, the list 2 numbers"
        ),
        (
            "{\(described.replacing("[1, 28, 28]", with: "[28, 28]"))}",
            "2:42: dataset.image: an image has three sizes: [channels, height, width]"
        ),
    ]

    @Test(arguments: faults) func aFaultIsNamedWithItsPlace(dataset: String, message: String) {
        #expect(Self.messages(dataset) == ["s.yaml:\(message)"])
    }

    @Test func theImageMustFitTheNetworkAndTheShareTheImages() {
        #expect(
            Self.messages("{name: synthetic, image: [1, 12, 30]}").first?.hasPrefix(
                "s.yaml:1:10: network: lenet-5 needs images of at least 16x16, synthetic has 12x30") == true)
        #expect(
            Self.messages("{name: mnist, training-images: 20}", more: "validation: 0.01") == [
                "s.yaml:2:41: dataset.training-images: a validation share of 0.01 of 20 images holds out none; use more"
            ])
    }

    @Test func anEngineOfTheUsersOwnMayKnowOtherDataSets() throws {
        let file = try Self.file("{name: imagenet, augmentation: crop}", more: "engine: [mine]")
        #expect(file.dataset.name == "imagenet" && file.dataset.digest.isEmpty && file.dataset.augmentation == .crop)
    }

    static func messages(_ dataset: String, more: String = "") -> [String] {
        do {
            _ = try file(dataset, more: more)
            return []
        } catch let error as SweepFileError {
            return error.description.split(separator: "\n").map(String.init)
        } catch {
            return ["\(error)"]
        }
    }
}
