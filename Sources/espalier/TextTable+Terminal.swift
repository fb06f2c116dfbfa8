internal import Report
internal import Terminal

extension TextTable {
    /// As standard output shows it.
    var forTerminal: String { terminal(inColour: Terminal.hasColor, width: Terminal.outputWidth) }
}
