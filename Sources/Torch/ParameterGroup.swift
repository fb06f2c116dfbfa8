/// The parameters that one call can update: those of one weight decay and one learning-rate factor.
struct ParameterGroup {
    let weightDecay: Double
    let learningRateFactor: Double
    private var members: [Int] = []

    /// What belongs to this group, of a list as long as all parameters.
    func handles(_ tensors: [Tensor]) -> [OpaquePointer] { members.map { tensors[$0].handle } }

    /// Groups in the order of their first member.
    static func of(_ parameters: [NamedTensor], weightDecay: Double) -> [ParameterGroup] {
        var groups: [ParameterGroup] = []
        for (index, parameter) in parameters.enumerated() {
            let (decay, factor) = (parameter.weightDecay ?? weightDecay, parameter.learningRateFactor)
            if let group = groups.firstIndex(where: { $0.weightDecay == decay && $0.learningRateFactor == factor }) {
                groups[group].members.append(index)
            } else {
                groups.append(ParameterGroup(weightDecay: decay, learningRateFactor: factor, members: [index]))
            }
        }
        return groups
    }
}
