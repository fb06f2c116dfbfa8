internal import CTorch

/// The part of a picture that is shown, in pixels.
///
/// One of the picture's own size may lie partly outside it, where bytes are 0; one of another size lies inside and is
/// enlarged to the picture's size.
package struct PictureWindow: Sendable, Hashable {
    package var top: Int
    package var left: Int
    package var height: Int
    package var width: Int
    /// Left and right swapped.
    package var isMirrored: Bool

    package init(top: Int, left: Int, height: Int, width: Int, isMirrored: Bool) {
        self.top = top
        self.left = left
        self.height = height
        self.width = width
        self.isMirrored = isMirrored
    }
}

extension Tensor {
    /// Pictures of stored bytes, uint8 [count, channels, height, width], as float32 [batch, channels, height, width].
    ///
    /// One pass over the bytes; the result lies in channels-last layout, as convolutions want it.
    /// - Parameters:
    ///   - positions: int64 [batch].
    ///   - windows: One a position; `nil` shows whole pictures.
    ///   - table: What byte b of channel c becomes, at 256 c + b.
    package func assemblingPictures(
        at positions: Tensor, windows: [PictureWindow]? = nil, table: [Float]
    ) throws(TorchError) -> Tensor {
        guard rank == 4, table.count == 256 * shape[1], windows.map({ $0.count == positions.count }) ?? true else {
            throw TorchError(
                operation: "assemblingPictures", code: .invalidArgument,
                message: "images of shape \(shape) do not go with \(table.count) values and "
                    + "\(windows?.count ?? 0) windows for \(positions.count) positions")
        }
        let parts = windows?.map { window in
            ct_window(
                top: Int32(window.top), left: Int32(window.left), height: Int32(window.height),
                width: Int32(window.width), mirrored: window.isMirrored)
        }
        return try make("assemblingPictures") { ct_assemble(handle, positions.handle, parts, table, $0) }
    }
}
