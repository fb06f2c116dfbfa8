extension Duration {
    /// "45 s", "12 min 30 s", "2 h 5 min", "3 d 4 h".
    var forPeople: String {
        let seconds = Int(components.seconds)
        return switch seconds {
        case ..<60: "\(max(0, seconds)) s"
        case ..<3600: seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds / 60) min \(seconds % 60) s"
        case ..<86400: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
        default: "\(seconds / 86400) d \(seconds % 86400 / 3600) h"
        }
    }
}
