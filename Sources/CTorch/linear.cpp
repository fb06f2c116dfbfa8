// Fully connected layers.

#include <ATen/ops/linear.h>

#include "handle.hpp"

using namespace ctorch;

ct_status ct_linear(ct_tensor *x, ct_tensor *weight, ct_tensor *bias, ct_tensor_out out) {
    return produce(out, [&] { return at::linear(x->value, weight->value, optional(bias)); });
}
