import Sweep
import Testing

@Suite struct CatalogueTests {
    @Test func namesAreUnique() {
        for names in [MethodCatalogue.names, NetworkCatalogue.names, DatasetCatalogue.names] {
            #expect(Set(names).count == names.count)
        }
    }

    @Test(arguments: MethodCatalogue.entries)
    func everyDefaultIsAllowed(method: MethodCatalogue.Entry) {
        for knob in method.knobs + [method.levelKnob].compactMap(\.self) {
            #expect(knob.range.contains(knob.defaultValue))
            #expect(!knob.isInteger || knob.defaultValue == knob.defaultValue.rounded())
        }
    }

    /// Height and width after conv 5, pool 2, conv 5, pool 2 without padding.
    @Test func theSmallestImageOfLeNet5LeavesExactlyOnePixel() throws {
        func output(_ n: Int) -> Int { ((n - 4) / 2 - 4) / 2 }
        let smallest = try #require(NetworkCatalogue["lenet-5"]).smallestImage
        #expect(output(smallest) == 1)
        #expect(output(smallest - 1) < 1)
        #expect(50 * output(28) * output(28) == 800)
    }

    /// The digests are sha256sum's, of the lines "NAME SHA256".
    @Test(arguments: [
        ("digits", "22ffccb9a92968e1000fc94272a243f258a2fd8c82922fc8c7032947b0ef2e3d"),
        ("mnist", "52c775580c9fa4604bfd4317939ac07a53490475ea3e65316ecedbed3f70fad1"),
    ])
    func theDigestIsTheHashOfTheFileList(name: String, digest: String) throws {
        var entry = try #require(DatasetCatalogue[name])
        #expect(entry.digest == digest)
        entry.files.reverse()
        #expect(entry.digest == digest)
        entry.files[0].sha256 = String(repeating: "0", count: 64)
        #expect(entry.digest != digest)
    }
}
