// Layers that libtorch already computes well; the others have files of their own.

#include <ATen/core/Reduction.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/im2col.h>
#include <ATen/ops/matmul.h>

#include "handle.hpp"

using namespace ctorch;

ct_status ct_matmul(ct_tensor *a, ct_tensor *b, ct_tensor_out out) {
    return produce(out, [&] { return at::matmul(a->value, b->value); });
}

ct_status ct_cross_entropy(ct_tensor *logits, ct_tensor *labels, ct_tensor_out out) {
    return produce(out, [&] {
        return at::cross_entropy_loss(logits->value, labels->value, /*weight=*/{}, at::Reduction::Mean);
    });
}

ct_status ct_unfold(ct_tensor *x, intptr_t kernel, intptr_t stride, intptr_t padding, ct_tensor_out out) {
    return produce(out, [&] {
        return at::im2col(x->value, {kernel, kernel}, /*dilation=*/{1, 1}, {padding, padding}, {stride, stride});
    });
}
