internal import Sweep

extension Dataset {
    /// What a data set holds, before a stage takes its share.
    struct Content {
        var training: RawImages
        var test: RawImages
        let normalization: Normalization
        /// In the order of the labels, for messages.
        let classNames: [String]

        /// Leaves the training images that a stage uses.
        ///
        /// - Throws: ``DatasetError`` where the content is not what the reference promises, or no network can be trained
        ///   on it. `espalier-engine dataset` describes only what passes.
        mutating func take(_ reference: DatasetReference) throws {
            let count = training.labels.count
            guard count > 0, test.labels.count > 0 else {
                throw DatasetError(
                    "the data set \(reference.name) has \(count) training and \(test.labels.count) test images; it needs "
                        + "some of both")
            }
            guard training.shape == test.shape else {
                throw DatasetError(
                    "the training images of \(reference.name) have shape \(training.shape), the test images "
                        + "\(test.shape); they must have one shape")
            }
            if let chosen = reference.trainingImages {
                guard (1...count).contains(chosen) else {
                    throw DatasetError(
                        "the stage asks for \(chosen) training images of \(reference.name), which has \(count); lower "
                            + "training-images")
                }
                if chosen < count { training = training.selecting(balanced: chosen) }
            }
            let present = Set(training.labels)
            if let missing = classNames.indices.first(where: { !present.contains(Int64($0)) }) {
                throw DatasetError(
                    "the \(present.count) classes among the \(training.labels.count) training images of "
                        + "\(reference.name) lack class \(classNames[missing]); use more training images, or leave the "
                        + "class out")
            }
        }
    }
}

extension DatasetReference {
    /// Refuses a description that no stage can use.
    func checkDescription() throws {
        if let fault = description?.fault { throw DatasetError("the data set \(name) cannot be used: \(fault)") }
    }
}
