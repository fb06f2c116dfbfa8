internal import ArgumentParser
internal import Coordinator
internal import Foundation
internal import Report
internal import Terminal
internal import ZeroMQ

/// `espalier keys`: who may talk to the coordinator.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make, list and revoke the keys of workers, operators and viewers.",
        discussion: """
            Works on the state directory, also while the coordinator runs: a revocation takes effect on the next message. \
            A key file is all a node needs; copy it there and keep it private (mode 0600).
            """,
        subcommands: [Add.self, List.self, Revoke.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a key file.")

        @Argument(help: "worker (runs stages), operator (submits and cancels) or viewer (looks).")
        var role: Role
        @Argument(
            help: ArgumentHelp("What to call its holder: a-z, digits, dot, dash, underscore.", valueName: "NAME"))
        var name: String
        @Option(
            name: .customLong("out"),
            help: ArgumentHelp(
                "Where to write it.", discussion: "Default: keys/<NAME>.key in the state directory.", valueName: "FILE"),
            completion: .file())
        var out: String?
        @OptionGroup var state: StateOption
        @OptionGroup var json: JSONFlag

        enum Role: String, ExpressibleByArgument, CaseIterable {
            case worker, `operator`, viewer

            var inKeyFile: KeyFile.Role {
                switch self {
                case .worker: .worker
                case .operator: .operator
                case .viewer: .viewer
                }
            }
        }

        func run() throws {
            let path = try KeyRing(.open(state.path)).add(name, role: role.inKeyFile, writing: out)
            if json.isSet {
                try Terminal.printJSON(["role": role.rawValue, "name": name, "file": path])
            } else {
                try Terminal.print(path)
                Terminal.say("copy it to where \(role.rawValue) '\(name)' runs, and keep it private")
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the keys.")

        @OptionGroup var state: StateOption
        @OptionGroup var json: JSONFlag

        func run() throws {
            let keys = try KeyRing(.open(state.path)).keys
            if json.isSet { return try Terminal.printJSON(keys) }
            try Terminal.print(
                TextTable(
                    columns: [
                        .init("name", .left), .init("role", .left), .init("made", .left), .init("revoked", .left),
                        .init("public key", .left),
                    ],
                    rows: keys.map {
                        .init([
                            $0.name, $0.role.rawValue, $0.created.forPeople, $0.revoked?.forPeople ?? "", $0.publicKey,
                        ])
                    }
                ).forTerminal)
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke a key.",
            discussion: "Its leases end and run elsewhere. A new key may be made under the same name.")

        @Argument(help: ArgumentHelp("The name the key was made for.", valueName: "NAME"), completion: .key)
        var name: String
        @OptionGroup var state: StateOption
        @OptionGroup var json: JSONFlag

        func run() throws {
            try KeyRing(.open(state.path)).revoke(name)
            if json.isSet {
                try Terminal.printJSON(["revoked": name])
            } else {
                try Terminal.print("revoked '\(name)': the coordinator refuses its next message")
            }
        }
    }
}

extension Date {
    fileprivate var forPeople: String { ISO8601Format() }
}
