extension ReportPage {
    /// What the sweep was run for, before everything else.
    var answer: HTML {
        let remarks = frontier.remarks
        return """
            <section aria-label="Answer">
            <ul class="answer">
            \(frontier.answerSentences.map { "<li>\($0)</li>\n" as HTML })</ul>
            \(remarks.isEmpty ? "" : "<p class=\"remarks\">\(remarks.joined(separator: " "))</p>" as HTML)
            </section>
            """
    }
}
