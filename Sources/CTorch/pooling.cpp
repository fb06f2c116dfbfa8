// Max-pooling.

#include <ATen/ops/max_pool2d.h>

#include "handle.hpp"

using namespace ctorch;

ct_status ct_max_pool2d(ct_tensor *x, intptr_t kernel, intptr_t stride, ct_tensor_out out) {
    return produce(out, [&] { return at::max_pool2d(x->value, {kernel, kernel}, {stride, stride}); });
}
