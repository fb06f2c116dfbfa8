package import Datasets
package import Sweep

/// The last data set used: an engine that is kept alive between stages reads it once.
package final class DatasetCache {
    private var last: (reference: DatasetReference, directory: String, dataset: Dataset)?

    package init() {}

    /// The data set, read unless it is the one read last. Throws what ``Dataset`` throws.
    package func dataset(_ reference: DatasetReference, dataDirectory: String) throws -> Dataset {
        if let last, last.directory == dataDirectory, last.reference.hasContent(of: reference) { return last.dataset }
        let dataset = try Dataset(reference, dataDirectory: dataDirectory)
        last = (reference, dataDirectory, dataset)
        return dataset
    }
}
