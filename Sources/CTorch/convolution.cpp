// Two-dimensional convolution.

#include <ATen/ops/conv2d.h>

#include "handle.hpp"

using namespace ctorch;

ct_status ct_conv2d(
    ct_tensor *x, ct_tensor *weight, ct_tensor *bias, intptr_t stride, intptr_t padding, intptr_t groups,
    ct_tensor_out out) {
    return produce(out, [&] {
        const std::array<int64_t, 2> strides{stride, stride}, paddings{padding, padding}, dilations{1, 1};
        return at::conv2d(x->value, weight->value, optional(bias), strides, paddings, dilations, groups);
    });
}
