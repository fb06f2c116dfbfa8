internal import ArgumentParser
internal import Foundation
internal import Sweep

/// `espalier`: everything but the engine, in one executable that does not link libtorch.
@main
struct Espalier: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "espalier",
        abstract: "Runs neural-network pruning sweeps on a cluster and reports the accuracy/sparsity frontier.",
        discussion: """
            On one machine, all at once:
              espalier run sweep.yaml --data DIR

            On a cluster:
              head node    espalier init
                           espalier keys add worker node-1
                           espalier coordinator
              any node     espalier worker --coordinator tcp://head:7733 --key node-1.key --slots 4 --data DIR
              anywhere     espalier submit sweep.yaml ; espalier watch ; espalier report

            Exit codes: 0 done, 1 failed, 2 wrong usage or invalid input.
            """,
        version: Release.version,
        groupedSubcommands: [
            CommandGroup(
                name: "Sweeps",
                subcommands: [
                    RunCommand.self, PlanCommand.self, SubmitCommand.self, WatchCommand.self, CancelCommand.self,
                ]),
            CommandGroup(
                name: "Results",
                subcommands: [ListCommand.self, StatusCommand.self, FrontierCommand.self, ReportCommand.self]),
            CommandGroup(
                name: "Cluster",
                subcommands: [
                    InitCommand.self, KeysCommand.self, CoordinatorCommand.self, WorkerCommand.self,
                ]),
            CommandGroup(
                name: "Catalogues", subcommands: [MethodsCommand.self, NetworksCommand.self, DatasetsCommand.self]),
            CommandGroup(name: "Machine", subcommands: [DoctorCommand.self]),
        ])

    static func main() async {
        // A reader that went away (`espalier list | head`) is a failed write, not a death by signal.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            Foundation.exit(report(error))
        }
    }
}

extension Espalier {
    /// Says on standard error what went wrong; returns the exit code.
    private static func report(_ error: any Error) -> Int32 {
        if let code = error as? ExitCode { return code.rawValue }
        if error is CommandError || exitCode(for: error) == .failure {
            Terminal.complain("\(error)")
            return CommandError.exitCode(of: error)
        }
        let message = fullMessage(for: error)
        if exitCode(for: error) == .success {
            print(message)
            return 0
        }
        Terminal.say(message)
        return 2
    }
}
