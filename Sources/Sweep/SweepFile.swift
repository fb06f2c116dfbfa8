/// A sweep as the user wrote it, checked and with every default filled in.
///
/// The file is YAML with these keys; only `network`, `dataset` and `methods` are required:
///
/// | key | value | default |
/// |---|---|---|
/// | `name` | letters, digits, `.`, `_`, `-`; at most 64 | `NETWORK-DATASET` |
/// | `network` | a name of ``NetworkCatalogue`` | |
/// | `dataset` | a name of ``DatasetCatalogue``, `synthetic`, or a mapping with the keys below | |
/// | `dataset.name` | the same, or a name of one's own for a data set that is described | |
/// | `dataset.training-images` | use so many, as many of each class as possible | all; `synthetic`: 2000 |
/// | `dataset.augmentation` | `none`, `crop`, `crop-flip` or `resized-crop-flip` | `none` |
/// | `dataset.format` | `idx`, `cifar-10`, `cifar-100` or `image-folder`: describes a data set of one's own | |
/// | `dataset.folder` | the folder below the data directory | `dataset.name` |
/// | `dataset.digest` | SHA-256 over the files; `espalier-engine dataset` prints it with the keys below | |
/// | `dataset.image` | `[channels, height, width]` | the format's; `synthetic`: [1, 28, 28] |
/// | `dataset.classes` | 2 to 100000 | the format's; `synthetic`: 10 |
/// | `dataset.mean`, `dataset.deviation` | of each channel, where a byte of 255 is 1 | |
/// | `validation` | share of the training images held out, 0.01 to 0.5 | 0.1 |
/// | `seeds` | a list, or how many (`3` is `[0, 1, 2]`) | 3 |
/// | `threads` | of one engine process, 1 to 1024 | 1 |
/// | `priority` | -1000 to 1000; higher goes first | 0 |
/// | `engine` | a command line as a list; any program that speaks the engine protocol | `[espalier-engine]` |
/// | `sparsities` | levels of every method that names none: at least 0, less than 1; a list or a range | `[0.5, 0.8, 0.9, 0.95, 0.98]` |
/// | `layers` | which layers may lose weights, of every method that does not say | all |
/// | `controls` | `true` adds ``MethodCatalogue/standardControls`` that are not among the methods | `false` |
/// | `training` | how the dense network is trained | see below |
/// | `training.optimizer` | `sgd` or `adam` | `sgd` |
/// | `training.learning-rate` | more than 0, at most 100 | 0.1 for sgd, 0.001 for adam |
/// | `training.momentum` | sgd only; at least 0, less than 1 | 0 |
/// | `training.weight-decay` | 0 to 1 | 1e-4 |
/// | `training.batch-size` | 1 to 65536 | 128 |
/// | `training.epochs` | 1 to 100000 | 20 |
/// | `training.schedule` | `constant`, `cosine`, or `step:` with `epochs` (a list) and `factor` (0.1) | step at 1/2 and 3/4 |
/// | `training.warm-up` | epochs of linear warm-up, a fraction too, at most `epochs` | 0 |
/// | `retrain` | training after every round of pruning | see below |
/// | `retrain.mode` | `learning-rate-rewinding`, `fine-tune`, `weight-rewinding` or `reinitialise` | `learning-rate-rewinding` |
/// | `retrain.epochs` | 0 to 100000; for learning-rate rewinding at most `training.epochs` | `training.epochs` |
/// | `methods` | a list of names, or of mappings with the keys below | |
/// | `methods[].method` | a name of ``MethodCatalogue`` | |
/// | `methods[].label` | tells two entries of one method apart | the method |
/// | `methods[].start` | `trained` or `initialisation` | the catalogue's |
/// | `methods[].allocation` | `global`, `uniform` or `erk`, of those the catalogue allows | the catalogue's first |
/// | `methods[].layers` | `{include: PATTERNS, exclude: PATTERNS}`, each a word or a list: `first`, `last`, `convolution`, `linear`, or a layer's name with `*` | the sweep's |
/// | `methods[].schedule` | `one-shot`, `iterative`, `cascade` (every level starts from the one before) or `gradual` (during the training; unstructured methods) | `iterative` with more than one iteration, else `one-shot` |
/// | `methods[].iterations` | rounds of pruning and retraining, 1 to 100 | the catalogue's, mostly 1 |
/// | `methods[].knobs` | the method's settings by name | the catalogue's |
/// | `methods[].sparsities` | requested levels, instead of the sweep's | the sweep's; of `dense` 0 |
/// | `methods[].levels` | values of the method's own knob, as `{alpha: [0.9, 0.95]}`, instead of sparsities | |
/// | `methods[].retrain` | keys that differ from the sweep's `retrain` | the sweep's, the mode where the catalogue has one |
///
/// A range stands for a list: `{from: 0.5, to: 0.98, count: 6, spacing: geometric}`. Geometric, the default, lets
/// densities (of a knob: its values) fall or rise by one factor; `linear` by one difference. Values between the ends are
/// rounded to four significant digits.
///
/// A cascade goes from the densest level to the sparsest, whatever their order in the file; knobs in the file's order.
///
/// Sources of defaults: SGD with learning rate 0.1, batch 128 and no momentum is open_lth's recipe for LeNet-300-100;
/// steps by 0.1 at one half and three quarters, weight decay 1e-4 and the full replay of the schedule after pruning
/// follow Renda, Frankle, Carbin 2020. One iteration gives every method the same retraining budget; methods that
/// their authors iterate say so with `iterations`.
///
/// With an `engine` of the user's own, names and knobs the catalogues do not know are passed on to it unchecked.
package struct SweepFile: Hashable, Sendable {
    /// One entry of `methods`.
    package struct Entry: Hashable, Sendable {
        package var label: String
        package var method: String
        package var levels: [Level]
        /// All knobs of the method, defaults filled in.
        package var knobs: [String: Double]
        package var start: Start
        package var allocation: Allocation
        package var layers: LayerSelection
        package var schedule: PruningSchedule
        /// Each level starts from the network of the level before, not from the dense one.
        package var isCascade: Bool
        package var retrain: Retrain
    }

    package var name: String
    package var network: String
    package var dataset: DatasetReference
    package var seeds: [Int]
    package var threads: Int
    package var priority: Int
    /// Empty for `espalier-engine`.
    package var engine: [String]
    package var training: Training
    package var methods: [Entry]

    /// Levels x seeds over all entries.
    package static let maximumTasks = 1_000_000
    /// Levels that start one from another.
    package static let maximumCascade = 100
}

extension SweepFile {
    /// Reads and checks a sweep file. No I/O: `fileName` is for messages only.
    ///
    /// Throws a ``SweepFileError`` with all faults, each with line, column, key path and remedy.
    package init(yaml: String, fileName: String) throws(SweepFileError) {
        var reading = SweepFileReading(fileName: fileName)
        let file = reading.file(yaml)
        guard let file, reading.reader.issues.isEmpty else { throw reading.reader.error }
        self = file
    }
}
