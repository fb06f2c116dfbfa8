internal import ArgumentParser
internal import Coordinator
internal import Foundation
internal import Terminal

/// `espalier init`: makes the coordinator's state directory.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a coordinator's state directory with its keys.",
        discussion: """
            Makes the coordinator's key and one operator key. The directory must be on a local disk (not NFS or Lustre): \
            it holds the database. An existing state directory is left as it is.
            """)

    @OptionGroup var state: StateOption
    @OptionGroup var json: JSONFlag

    func run() throws {
        let directory = try StateDirectory.create(at: state.path)
        if json.isSet {
            try Terminal.printJSON(["state": directory.path, "operator_key": directory.operatorKey])
        } else {
            try Terminal.print(
                """
                made \(directory.path)
                next: espalier keys add worker NAME\(stateHint)     a key file for each node
                      espalier coordinator\(stateHint)
                """)
        }
    }

    private var stateHint: String { state.given.map { " --state \($0)" } ?? "" }
}
