internal import Foundation

/// File systems on which SQLite's write-ahead log is not safe: it needs memory shared by every process that opens it.
enum NetworkFileSystem {
    /// Types as the kernel names them, proc_pid_mountinfo(5).
    private static let types: Set<String> = [
        "afs", "beegfs", "ceph", "cifs", "fuse.ceph", "fuse.glusterfs", "fuse.sshfs", "gfs2", "gpfs", "lustre", "nfs",
        "nfs4", "ocfs2", "orangefs", "smb3",
    ]

    /// The type of the network file system that `path` lies on; `nil` when it is local or not known.
    static func type(at path: String) -> String? {
        var information = stat()
        guard stat(path, &information) == 0,
            let table = try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
        else { return nil }
        return type(device: UInt64(information.st_dev), mounts: table)
    }

    /// Looks a device up in the kernel's table of mounts: "36 35 0:42 / /home rw - nfs4 server:/home rw".
    static func type(device: UInt64, mounts: String) -> String? {
        let major = ((device >> 8) & 0xfff) | ((device >> 32) & ~0xfff)
        let minor = (device & 0xff) | ((device >> 12) & ~0xff)
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2, fields[2] == "\(major):\(minor)", let dash = fields.firstIndex(of: "-"),
                dash + 1 < fields.count
            else { continue }
            let type = String(fields[dash + 1])
            return types.contains(type) ? type : nil
        }
        return nil
    }
}
