import Foundation
import Testing

@testable import Files

@Suite final class WholeFileTests {
    private let directory: String

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    @Test func replacesTheFileAndLeavesNothingElse() throws {
        let path = directory + "/a"
        try WholeFile.write(Data("old".utf8), to: path)
        try WholeFile.write(Data("new".utf8), to: path, mode: 0o600)
        #expect(FileManager.default.contents(atPath: path) == Data("new".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["a"])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func aDraftThatIsDroppedKeepsTheOldFile() throws {
        let path = directory + "/a"
        try WholeFile.write(Data("old".utf8), to: path)
        do {
            let draft = try FileDraft(of: path)
            try draft.append(Data("new".utf8))
        }
        #expect(FileManager.default.contents(atPath: path) == Data("old".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["a"])
    }

    @Test func nothingIsReplacedWhereThatIsNotWanted() throws {
        let path = directory + "/a"
        for (text, isFirst) in [("first", true), ("second", false)] {
            var draft = try FileDraft(of: path)
            try draft.append(Data(text.utf8))
            var failure: FileError?
            do throws(FileError) { try draft.commit(replacing: false) } catch { failure = error }
            #expect(failure == (isFirst ? nil : FileError("create", path, number: EEXIST)))
        }
        #expect(FileManager.default.contents(atPath: path) == Data("first".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["a"])
    }

    @Test(arguments: [
        ("/nowhere/a", ENOENT, "make the directory"), ("/dev/null/a", ENOTDIR, "a file is in the way"),
        ("/proc/a", ENOENT, "make the directory"),
    ])
    func namesThePathAndTheRemedy(path: String, number: Int32, remedy: String) {
        let error = #expect(throws: FileError.self) { try WholeFile.write(Data(), to: path) }
        #expect(error?.number == number)
        #expect(error?.description.contains("'\(path)'") == true)
        #expect(error?.description.contains(remedy) == true)
    }

    @Test func aFullDiskIsSaidSo() throws {
        let descriptor = open("/dev/full", O_WRONLY)
        defer { close(descriptor) }
        let number = [UInt8(1)].withUnsafeBytes { DescriptorWriter.write($0, to: descriptor) }
        #expect(
            FileError("write", "/reports/report.html", number: number).description
                == "cannot write '/reports/report.html': No space left on device; free some space on that disk, or choose another directory"
        )
    }

    @Test func makesParentsAndAcceptsWhatIsThere() throws {
        let path = directory + "/a/b/c"
        try WholeFile.makeDirectory(path, mode: 0o700)
        try WholeFile.makeDirectory(path)
        let modes = try ["/a", "/a/b", "/a/b/c"].map {
            try FileManager.default.attributesOfItem(atPath: directory + $0)[.posixPermissions] as? Int
        }
        #expect(modes[0] == modes[1] && modes[2] == 0o700 && modes[1] != modes[2])
        try WholeFile.write(Data(), to: path + "/file")
        #expect(throws: FileError("create", path + "/file", number: ENOTDIR)) {
            try WholeFile.makeDirectory(path + "/file")
        }
    }

    @Test func removingWhatIsNotThereIsNoFailure() throws {
        try WholeFile.remove(directory + "/a")
    }
}
