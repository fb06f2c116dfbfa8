internal import SwiftProtobuf
internal import Wire
internal import ZeroMQ

/// Who may say what. Asked for every message, against the keys as they are now.
enum Authorisation {
    /// What keeps this message from being heard; `nil` when nothing does.
    static func refusal(of body: WireToCoordinator.OneOf_Body, from userID: String?, keys: KeyRing) -> WireRefused? {
        guard let userID, let key = keys.known(userID) else {
            return .init(
                .revoked, "the coordinator does not know this key; ask for a key file made by 'espalier keys add'")
        }
        guard key.revoked == nil else {
            return .init(
                .revoked,
                "the key '\(key.name)' was revoked; ask for a new key file, made by 'espalier keys add \(key.role.rawValue)'"
            )
        }
        let (roles, deed) = requirement(of: body)
        guard roles.contains(key.role) else {
            let needed = roles.map(\.rawValue).joined(separator: " or ")
            return .init(
                .wrongRole,
                "the key '\(key.name)' is a \(key.role.rawValue)'s and may not \(deed); use a key file of the role \(needed)"
            )
        }
        if case .hello(let hello) = body, hello.worker != key.name {
            return .init(
                .wrongName,
                "this key belongs to the worker '\(key.name)', not '\(hello.worker.prefix(64))'; every worker needs a key "
                    + "file of its own")
        }
        return nil
    }

    private static func requirement(of body: WireToCoordinator.OneOf_Body) -> ([KeyFile.Role], deed: String) {
        switch body {
        case .hello, .heartbeat, .result, .failure, .release, .bye: ([.worker], "run stages")
        case .submit: ([.operator], "submit a sweep")
        case .cancel: ([.operator], "cancel a sweep")
        case .list, .status, .results: ([.operator, .viewer], "look at sweeps")
        }
    }
}

extension WireRefused {
    init(_ reason: Reason, _ message: String) {
        self.init()
        self.reason = reason
        self.message = message
    }
}
