internal import Foundation
internal import Frontier
internal import Sweep

extension ReportPage {
    /// What each method entry was given: comparisons are fair only where training budgets are equal.
    var budgetTable: HTML {
        let entries = Budget.all(of: results.plan)
        guard !entries.isEmpty else { return "" }
        let verdict =
            frontier.budgetRemark
            ?? "Behind every point there is the same number of training epochs, those of its parents included."
        return """
            <section aria-labelledby="budgets">
            <h2 id="budgets">Methods and budgets</h2>
            <div class="scroll"><table>
            <caption>\(verdict)</caption>
            <thead><tr><th scope="col" class="text">Entry</th><th scope="col" class="text">Method</th>\
            <th scope="col" class="text">Removes</th><th scope="col" class="text">Start</th>\
            <th scope="col" class="text">Allocation</th><th scope="col" class="text">Layers</th>\
            <th scope="col" class="text">Knobs</th><th scope="col" class="text">Schedule</th>\
            <th scope="col" class="text">Retraining</th><th scope="col">Own epochs</th>\
            <th scope="col">Epochs in all</th></tr></thead>
            <tbody>
            \(entries.map { entry -> HTML in """
            <tr><td class="text">\(entry.label)</td><td class="text">\(entry.pruning.method)</td>\
            <td class="text">\(entry.structure)</td><td class="text">\(entry.pruning.start.rawValue)</td>\
            <td class="text">\(entry.pruning.allocationText)</td><td class="text">\(Recipe.layers(entry.pruning.layers))</td>\
            <td class="text">\(Recipe.knobs(entry.pruning))</td><td class="text">\(entry.schedule)</td>\
            <td class="text">\(entry.retraining)</td><td>\(entry.own)</td><td>\(entry.total)</td></tr>

            """ })
            </tbody></table></div>
            </section>
            """
    }

    /// What the field asks of a comparison, and whether this sweep gives it.
    var checklist: HTML {
        let demands = Checklist.demands(on: results, frontier: frontier)
        return """
            <section aria-labelledby="checklist">
            <h2 id="checklist">Checklist</h2>
            <div class="scroll"><table>
            <caption>After Blalock et al., What is the State of Neural Network Pruning?, 2020: \
            \(demands.count { $0.isMet }) of \(demands.count) demands are met.</caption>
            <thead><tr><th scope="col" class="text">Demand</th><th scope="col" class="text">Met</th>\
            <th scope="col" class="text">Here</th></tr></thead>
            <tbody>
            \(demands.map { demand -> HTML in """
            <tr><td class="text">\(demand.name)</td><td class="text">\(demand.isMet ? "yes" : "no")</td>\
            <td class="text">\(demand.finding)</td></tr>

            """ })
            </tbody></table></div>
            </section>
            """
    }
}

/// What one entry of the sweep file trains.
struct Budget {
    let label: String
    /// Of the entry's first task: all but the level is the same for the others.
    let pruning: Pruning
    /// "one-shot", "5 iterations", "cascade", ...
    let schedule: String
    /// Epochs of a task's own stage.
    let own: Int
    /// Epochs behind each task's network, dense training included.
    let totals: [Int]

    /// In the order of the sweep file.
    static func all(of plan: Plan) -> [Budget] {
        let stages = Dictionary(plan.stages.map { ($0.key, $0.stage) }, uniquingKeysWith: { first, _ in first })
        let behind = plan.epochsBehind
        var order: [String] = []
        let tasks = Dictionary(grouping: plan.tasks, by: \.label)
        for task in plan.tasks where order.last != task.label && !order.contains(task.label) {
            order.append(task.label)
        }
        return order.compactMap { label in
            guard let tasks = tasks[label], let stage = tasks.first?.stages.last.flatMap({ stages[$0] }),
                let pruning = stage.pruning
            else { return nil }
            return Budget(
                label: label, pruning: pruning,
                schedule: pruning.scheduleText(isChained: tasks.contains { $0.stages.count > 2 }), own: stage.epochs,
                totals: tasks.compactMap { $0.stages.last.flatMap { behind[$0] } })
        }
    }

    /// "20", or "20 to 60" in a cascade.
    var total: String {
        let (least, most) = (totals.min() ?? 0, totals.max() ?? 0)
        return least == most ? String(most) : "\(least) to \(most)"
    }

    /// "channels": what the method removes.
    var structure: String {
        switch MethodCatalogue[pruning.method]?.structure {
        case .unstructured: "weights"
        case .connection: "connections"
        case .channel: "channels"
        case .rank: "ranks"
        case nil: "–"
        }
    }

    /// The mode, or that there is none.
    var retraining: String {
        pruning.start == .initialisation && pruning.retrain.epochs == 0
            ? "trained from scratch" : pruning.retrain.mode.rawValue
    }
}
