internal import Networks
internal import Sweep

extension Allocation {
    /// How many weights each parameter loses so that `count` go in total; nil where all of them compete.
    ///
    /// Throws ``InfeasibleLevel`` when the parameters hold fewer than `count`.
    func quotas(removing count: Int, from parameters: [ParameterDescription]) throws -> [Int]? {
        let total = parameters.reduce(0) { $0 + $1.count }
        guard count <= total else {
            throw InfeasibleLevel(
                "\(count) weights are to be removed and the layers that may be pruned hold \(total); not retrained")
        }
        switch self {
        case .global: return nil
        case .uniform:
            return Self.quotas(of: count, among: parameters.map { Double($0.count) }, caps: parameters.map(\.count))
        case .erk:
            return Self.erk(keeping: total - count, of: parameters).enumerated().map { parameters[$0].count - $1 }
        }
    }

    /// Weights kept in each parameter: in proportion to the sum of its dimensions, at most all of them.
    ///
    /// Layers that would be denser than 1 stay whole and their surplus goes to the others, as in Evci et al. 2020, appendix.
    private static func erk(keeping count: Int, of parameters: [ParameterDescription]) -> [Int] {
        quotas(
            of: count, among: parameters.map { Double($0.shape.reduce(0, +)) }, caps: parameters.map(\.count))
    }

    /// Splits a total in proportion to weights, each part at most its cap, so that the parts add up to it (largest
    /// remainders, the first of equals).
    static func quotas(of total: Int, among weights: [Double], caps: [Int]) -> [Int] {
        var quotas = [Int](repeating: 0, count: weights.count)
        var open = Array(weights.indices)
        var left = total
        while true {
            let sum = open.reduce(0) { $0 + weights[$1] }
            let full = open.filter { weights[$0] / sum * Double(left) >= Double(caps[$0]) }
            guard !full.isEmpty, sum > 0 else { break }
            for index in full {
                quotas[index] = caps[index]
                left -= caps[index]
            }
            open.removeAll { full.contains($0) }
        }
        let sum = open.reduce(0) { $0 + weights[$1] }
        guard left > 0, sum > 0 else { return quotas }
        let shares = open.map { weights[$0] / sum * Double(left) }
        for (index, share) in zip(open, shares) { quotas[index] = Int(share) }
        let remainders = open.indices.sorted { a, b in
            let (left, right) = (shares[a] - shares[a].rounded(.down), shares[b] - shares[b].rounded(.down))
            return left == right ? a < b : left > right
        }
        for position in remainders.prefix(total - quotas.reduce(0, +)) { quotas[open[position]] += 1 }
        return quotas
    }
}
