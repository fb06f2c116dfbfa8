internal import ArgumentParser
internal import Engine
internal import Foundation

/// Times of training steps.
struct Benchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Time training steps on made-up 28x28 images.")

    @Option(help: "A network of `describe`.")
    var network: String

    @Option(help: "Images a step.")
    var batch = 128

    @Option(help: "Threads of one operation.")
    var threads = 1

    @Option(help: "Steps timed, after five that are not.")
    var steps = 50

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard batch > 0, threads > 0, steps > 0 else {
            throw ValidationError("--batch, --threads and --steps must be at least 1")
        }
    }

    func run() throws {
        try reporting {
            let bench = try Bench(network: network, batch: batch, threads: threads, steps: steps)
            if json {
                print(String(decoding: try JSONEncoder().encode(bench), as: UTF8.self))
            } else {
                print("\(network), batch \(batch), \(threads) threads: \(bench.medianSeconds * 1000) ms a step")
            }
        }
    }
}
