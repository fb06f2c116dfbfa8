import EspalierTestKit
import Foundation

do {
    let options = try FakeEngine.Options(arguments: Array(CommandLine.arguments.dropFirst()))
    exit(FakeEngine(options: options).serve())
} catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(2)
}
