internal import Foundation
internal import Torch

/// What a stage ran on.
enum Machine {
    /// "Intel(R) Xeon(R) CPU, 1 thread, libtorch 2.13.0".
    static var description: String {
        "\(processor), \(Torch.threads) \(Torch.threads == 1 ? "thread" : "threads"), libtorch \(Torch.version)"
    }

    private static var processor: String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? "unknown processor"
    }
}
