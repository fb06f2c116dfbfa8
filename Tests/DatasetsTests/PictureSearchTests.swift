import Foundation
import Glibc
import Sweep
import Testing

@testable import Datasets

/// Which files of an image folder are read, and what is said of the others.
@Suite(.timeLimit(.minutes(1))) struct PictureSearchTests {
    static let picture = PictureFiles.png(Array(repeating: 200, count: 12), height: 2, width: 2)

    static func layout(_ folder: DataFolder) throws -> ImageFolder {
        try ImageFolder(DatasetFiles(dataset: "pets", folder: "pets", dataDirectory: folder.path))
    }

    /// One picture for each class and part.
    static func folder() throws -> DataFolder {
        let folder = try DataFolder()
        for part in ["train", "test"] {
            for name in ["cat", "dog"] { try folder.write(picture, to: "pets/\(part)/\(name)/1.png") }
        }
        return folder
    }

    static let names = [
        "2.jpg", "3.JFIF", "4.jpe", "5.PNG", "6.webp", "7", "batch/8.png", "a/b/c/9.png", "Żółw 10.png",
    ]

    @Test(arguments: names) func aPictureIsReadWhateverItsNameAndDepth(name: String) throws {
        let folder = try Self.folder()
        let before = try folder.reference("pets", image: [3, 2, 2])
        try folder.write(
            PictureFiles.png(Array(repeating: 0, count: 12), height: 2, width: 2), to: "pets/train/cat/\(name)")
        #expect(try Self.layout(folder).names.contains("train/cat/\(name)"))
        let after = try folder.reference("pets", image: [3, 2, 2])
        #expect(after.digest != before.digest && after.description?.mean != before.description?.mean)
        #expect(try folder.load(after).training.count == 3)
    }

    @Test func otherFilesAreCountedAndHiddenOnesPassedOver() throws {
        let folder = try Self.folder()
        for name in [
            "train/cat/a.webp", "train/cat/b.WEBP", "test/dog/deep/c.webp", "test/dog/d.tif", "test/dog/README",
            "train/loose.jpg", "LICENSE.txt", "val/cat/1.png", ".cache/x", "train/.DS_Store", "train/cat/._1.png",
        ] {
            try folder.write(Array("RIFF".utf8), to: "pets/\(name)")
        }
        try #require(mkfifo(folder.path + "/pets/train/dog/pipe.png", 0o600) == 0)
        var lines: [String] = []
        _ = try Dataset.description(
            ofFolder: "pets", dataDirectory: folder.path, image: [3, 2, 2], report: { lines.append($0) })
        #expect(
            lines == [
                "left out, neither JPEG nor PNG: 3 .webp, 1 .tif, 1 without an extension",
                "left out, in no class folder: 1 .jpg",
                "left out, in neither train nor test: 1 .txt, 1 folder val",
                "left out, not regular files: 1 .png",
                "training: 2 images (cat: 1, dog: 1)", "test: 2 images (cat: 1, dog: 1)",
            ])
    }

    @Test func junkOfManyKindsIsCutShort() {
        var leftOut = LeftOut()
        for number in 0..<5000 { leftOut.add("x.\(number)", .otherContent) }
        leftOut.add("y.4", .otherContent)
        let line = leftOut.remarks.first ?? ""
        #expect(
            line.hasPrefix("left out, neither JPEG nor PNG: 2 .4, 1 .0, ") && line.hasSuffix(", 4990 others"), "\(line)"
        )
    }

    @Test(arguments: [("", "is empty"), ("<html>", "is neither a JPEG nor a PNG file")])
    func whatIsNamedAsAPictureMustBeOne(content: String, says: String) throws {
        for name in ["2.jpg", "3.PNG", "4.jfif", "5.jpe", "6.jpeg"] {
            let folder = try Self.folder()
            try folder.write(Array(content.utf8), to: "pets/test/dog/\(name)")
            DescribedTests.says("\(folder.path)/pets/test/dog/\(name) \(says)") { _ = try Self.layout(folder) }
        }
    }

    // MARK: - Links

    static func link(_ folder: DataFolder, _ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/pets/\(name)", withDestinationPath: target)
    }

    @Test func linksAreFollowed() throws {
        let folder = try Self.folder()
        try folder.write(Self.picture, to: "elsewhere/2.png")
        try Self.link(folder, "train/cat/2.png", to: "../../../elsewhere/2.png")
        try Self.link(folder, "train/cat/more", to: "../../../elsewhere")
        try Self.link(folder, "train/emu", to: "../../elsewhere")
        try Self.link(folder, "test/emu", to: "../../elsewhere")
        #expect(
            try Self.layout(folder).names.prefix(5) == [
                "train/cat/1.png", "train/cat/2.png", "train/cat/more/2.png", "train/dog/1.png", "train/emu/2.png",
            ])
    }

    @Test(arguments: [
        ("train/cat/up", ".."), ("train/cat/self", "../cat"), ("train/cat/far", "../../../pets/train/cat"),
    ])
    func aLinkThatLeadsBackIsRefused(name: String, target: String) throws {
        let folder = try Self.folder()
        try Self.link(folder, name, to: target)
        DescribedTests.says("links to a folder that it lies in; remove the link") { _ = try Self.layout(folder) }
    }

    @Test(arguments: [("nowhere.png", "No such file"), ("x.png", "Too many levels of symbolic links")])
    func aLinkToNothingIsNamed(target: String, says: String) throws {
        let folder = try Self.folder()
        try Self.link(folder, "train/cat/x.png", to: target)
        DescribedTests.says("cannot read \(folder.path)/pets/train/cat/x.png, a file of the data set pets (\(says)") {
            _ = try Self.layout(folder)
        }
    }

    @Test func aNameThatIsNotUTF8IsRefused() throws {
        let folder = try Self.folder()
        let path = Array("\(folder.path)/pets/train/cat/caf".utf8CString.dropLast()) + [CChar(bitPattern: 0xE9), 0]
        try #require(Glibc.close(open(path, O_WRONLY | O_CREAT, 0o600)) == 0)
        DescribedTests.says("a file of the data set pets (its name is not UTF-8)") { _ = try Self.layout(folder) }
    }
}
