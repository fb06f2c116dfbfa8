internal import ArgumentParser
internal import Foundation
internal import Sweep
internal import Terminal

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
              any node     espalier worker --coordinator tcp://head:7733 --key node-1.key
              anywhere     espalier submit sweep.yaml ; espalier watch ; espalier report

            Exit codes: 0 done, 1 failed or output lost, 2 wrong usage or invalid input, 128 + N interrupted by signal N.
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
        do {
            var command = try begin()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            Foundation.exit(end(error) { ExitCode(of: $0) })
        }
    }
}
