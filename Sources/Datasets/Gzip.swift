internal import CZlib
internal import Foundation

/// Reading of gzip files (RFC 1952) through zlib.
enum Gzip {
    /// The uncompressed bytes of all gzip members, one after the other (RFC 1952, section 2.2).
    ///
    /// - Parameters:
    ///   - limit: The most bytes accepted, so that a small hostile file cannot fill the memory.
    ///   - name: The file, for messages.
    static func decompress(_ compressed: [UInt8], limit: Int, name: String) throws -> [UInt8] {
        var stream = z_stream()
        // 16 + MAX_WBITS: a gzip header and checksum are required (zlib manual, inflateInit2).
        guard inflateInit2_(&stream, 16 + MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw DatasetError("zlib could not start to read \(name): out of memory; free memory and try again")
        }
        defer { inflateEnd(&stream) }
        var input = compressed
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        let inputCount = input.count
        return try input.withUnsafeMutableBufferPointer { source in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(inputCount)
            while true {
                let (status, produced) = chunk.withUnsafeMutableBufferPointer { target in
                    stream.next_out = target.baseAddress
                    stream.avail_out = UInt32(target.count)
                    let status = inflate(&stream, Z_NO_FLUSH)
                    return (status, target.count - Int(stream.avail_out))
                }
                guard output.count + produced <= limit else {
                    throw DatasetError(
                        "\(name) unpacks to more than the \(limit) bytes it may hold; fetch the original file again")
                }
                output += chunk[..<produced]
                if status == Z_STREAM_END {
                    guard stream.avail_in > 0, stream.next_in?.pointee == 0x1f else { return output }
                    inflateReset(&stream)
                    continue
                }
                guard status == Z_OK, produced > 0 || stream.avail_in > 0 else {
                    let isShort = status == Z_OK || status == Z_BUF_ERROR
                    let complaint = isShort ? "is cut short" : "is not a valid gzip file"
                    throw DatasetError("\(name) \(complaint); fetch the original file again")
                }
            }
        }
    }
}
