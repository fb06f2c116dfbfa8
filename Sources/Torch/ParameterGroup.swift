/// The parameters that one call can update: those of one weight decay.
struct ParameterGroup {
    let weightDecay: Double
    private var members: [Int] = []

    /// What belongs to this group, of a list as long as all parameters.
    func handles(_ tensors: [Tensor]) -> [OpaquePointer] { members.map { tensors[$0].handle } }

    /// Groups in the order of their first member.
    static func of(_ parameters: [NamedTensor], weightDecay: Double) -> [ParameterGroup] {
        var groups: [ParameterGroup] = []
        for (index, parameter) in parameters.enumerated() {
            let decay = parameter.weightDecay ?? weightDecay
            if let group = groups.firstIndex(where: { $0.weightDecay == decay }) {
                groups[group].members.append(index)
            } else {
                groups.append(ParameterGroup(weightDecay: decay, members: [index]))
            }
        }
        return groups
    }
}
