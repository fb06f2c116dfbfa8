/// A pruning method: the roles it plays, often by one object.
package struct Method {
    package var scorer: (any Scorer)?
    package var groupScorer: (any GroupScorer)?
    package var trainer: (any Trainer)?
    package var rewriter: (any Rewriter)?

    package init(
        scorer: (any Scorer)? = nil, groupScorer: (any GroupScorer)? = nil, trainer: (any Trainer)? = nil,
        rewriter: (any Rewriter)? = nil
    ) {
        self.scorer = scorer
        self.groupScorer = groupScorer
        self.trainer = trainer
        self.rewriter = rewriter
    }

    /// A method that is one object, in every role it plays.
    package init(_ object: Any) {
        self.init(
            scorer: object as? any Scorer, groupScorer: object as? any GroupScorer, trainer: object as? any Trainer,
            rewriter: object as? any Rewriter)
    }
}
