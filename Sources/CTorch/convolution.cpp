// Two-dimensional convolution, in channels-last layout.
//
// oneDNN's kernels keep whatever layout comes in. With channels innermost, pooling and the gradients vectorise over
// channels and nothing is rearranged between layers: a training step of LeNet-5 takes about half the time.

#include <ATen/ops/conv2d.h>

#include "handle.hpp"

using namespace ctorch;

namespace {

at::Tensor channels_last(const at::Tensor &x) {
    if (x.dim() != 4 || x.size(1) != 1 || !x.is_contiguous()) return x.contiguous(at::MemoryFormat::ChannelsLast);
    // One channel lies the same way in both layouts; only the strides tell the kernels which is meant.
    return x.as_strided(x.sizes(), {x.size(2) * x.size(3), 1, x.size(3), 1});
}

}  // namespace

ct_status ct_conv2d(
    ct_tensor *x, ct_tensor *weight, ct_tensor *bias, intptr_t stride, intptr_t padding, intptr_t groups,
    ct_tensor_out out) {
    return produce(out, [&] {
        TORCH_CHECK(x->value.dim() == 4, "images are (batch, channels, height, width), not ", x->value.sizes());
        const std::array<int64_t, 2> strides{stride, stride}, paddings{padding, padding}, dilations{1, 1};
        return at::conv2d(
            channels_last(x->value), weight->value, optional(bias), strides, paddings, dilations, groups);
    });
}
