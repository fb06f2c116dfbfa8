internal import CTorch

// Images are (batch, channels, height, width).

extension Tensor {
    /// Matrix product; leading dimensions are batches.
    package func matmul(_ other: Tensor) throws(TorchError) -> Tensor {
        try make("matmul") { ct_matmul(handle, other.handle, $0) }
    }

    /// `self * weight^T + bias`. Weight: (outputs, inputs).
    package func linear(weight: Tensor, bias: Tensor?) throws(TorchError) -> Tensor {
        try make("linear") { ct_linear(handle, weight.handle, bias?.handle, $0) }
    }

    /// Cross-correlation with zero padding. Weight: (outputs, inputs / groups, height, width).
    package func conv2d(
        weight: Tensor, bias: Tensor?, stride: Int = 1, padding: Int = 0, groups: Int = 1
    ) throws(TorchError) -> Tensor {
        try make("conv2d") { ct_conv2d(handle, weight.handle, bias?.handle, stride, padding, groups, $0) }
    }

    /// The largest element of each `kernel` x `kernel` window; windows that do not fit are dropped.
    ///
    /// Padding adds that many elements on every side, none of which is ever the largest.
    package func maxPool2d(kernel: Int, stride: Int? = nil, padding: Int = 0) throws(TorchError) -> Tensor {
        try make("maxPool2d") { ct_max_pool2d(handle, kernel, stride ?? kernel, padding, $0) }
    }

    /// Normalises each channel (dimension 1), by the batch's moments in training, else by the running ones.
    ///
    /// In training the running moments move by `momentum` towards the batch's, in place; the variance that enters
    /// them is the unbiased one. With `relu`, what comes out is max(., 0) of the normalised; in training that takes about
    /// half the time of two layers.
    package func batchNorm(
        weight: Tensor?, bias: Tensor?, runningMean: Tensor, runningVariance: Tensor, training: Bool,
        momentum: Double = 0.1, epsilon: Double = 1e-5, relu: Bool = false
    ) throws(TorchError) -> Tensor {
        try make("batchNorm") {
            ct_batch_norm(
                handle, weight?.handle, bias?.handle, runningMean.handle, runningVariance.handle, training, momentum,
                epsilon, relu, $0)
        }
    }

    /// The mean over the batch of -log softmax(self)[label]. Logits: (batch, classes); labels: int64 (batch).
    package func crossEntropy(labels: Tensor) throws(TorchError) -> Tensor {
        try make("crossEntropy") { ct_cross_entropy(handle, labels.handle, $0) }
    }

    /// The mean over all elements of the squared difference. One shape.
    package func meanSquaredError(_ target: Tensor) throws(TorchError) -> Tensor {
        try (self - target).square().mean()
    }

    /// The patches a convolution sees, (batch, channels * kernel * kernel, positions): a weight as a matrix (outputs,
    /// channels * kernel * kernel) times them is the convolution. Positions are in row-major order.
    package func unfold(kernel: Int, stride: Int = 1, padding: Int = 0) throws(TorchError) -> Tensor {
        try make("unfold") { ct_unfold(handle, kernel, stride, padding, $0) }
    }
}
