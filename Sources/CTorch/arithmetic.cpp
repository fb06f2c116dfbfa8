// Elementwise operations, reductions and ordering. An operation is an enumerator, so one function serves a family.

#include <ATen/ScalarOps.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/add.h>
#include <ATen/ops/all.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>
#include <ATen/ops/any.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/count_nonzero.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/div.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/ge.h>
#include <ATen/ops/gt.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/kthvalue.h>
#include <ATen/ops/le.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/log.h>
#include <ATen/ops/logical_and.h>
#include <ATen/ops/logical_not.h>
#include <ATen/ops/logical_or.h>
#include <ATen/ops/lt.h>
#include <ATen/ops/masked_fill.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/ne.h>
#include <ATen/ops/neg.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/square.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/where.h>

#include <cmath>

#include "handle.hpp"

using namespace ctorch;

namespace {

at::Tensor unary(ct_unary_op op, const at::Tensor &x) {
    switch (op) {
        case ct_neg: return at::neg(x);
        case ct_abs: return at::abs(x);
        case ct_square: return at::square(x);
        case ct_sqrt: return at::sqrt(x);
        case ct_exp: return at::exp(x);
        case ct_log: return at::log(x);
        case ct_sign: return at::sign(x);
        case ct_relu: return at::relu(x);
        case ct_sigmoid: return at::sigmoid(x);
        case ct_tanh: return at::tanh(x);
        case ct_not: return at::logical_not(x);
        case ct_is_finite: return at::isfinite(x);
    }
    TORCH_CHECK(false, "unknown operation ", static_cast<int>(op));
}

at::Tensor binary(ct_binary_op op, const at::Tensor &a, const at::Tensor &b) {
    switch (op) {
        case ct_add: return at::add(a, b);
        case ct_sub: return at::sub(a, b);
        case ct_mul: return at::mul(a, b);
        case ct_div: return at::div(a, b);
        case ct_pow: return at::pow(a, b);
        case ct_maximum: return at::maximum(a, b);
        case ct_minimum: return at::minimum(a, b);
        case ct_equal: return at::eq(a, b);
        case ct_not_equal: return at::ne(a, b);
        case ct_less: return at::lt(a, b);
        case ct_less_equal: return at::le(a, b);
        case ct_greater: return at::gt(a, b);
        case ct_greater_equal: return at::ge(a, b);
        case ct_and: return at::logical_and(a, b);
        case ct_or: return at::logical_or(a, b);
    }
    TORCH_CHECK(false, "unknown operation ", static_cast<int>(op));
}

void binary_in_place(ct_binary_op op, at::Tensor &a, const at::Tensor &b) {
    switch (op) {
        case ct_add: a.add_(b); return;
        case ct_sub: a.sub_(b); return;
        case ct_mul: a.mul_(b); return;
        case ct_div: a.div_(b); return;
        default: TORCH_CHECK(false, "operation ", static_cast<int>(op), " has no form in place");
    }
}

// A scalar that gives way to the tensor's own type.
at::Tensor scalar_tensor(double value, const at::Tensor &beside) {
    const bool whole = std::floor(value) == value && std::abs(value) < 9e15;
    const bool integral = at::isIntegralType(beside.scalar_type(), true);
    return at::native::wrapped_scalar_tensor(
        whole && integral ? at::Scalar(static_cast<int64_t>(value)) : at::Scalar(value));
}

at::Tensor reduce(ct_reduction op, const at::Tensor &x, at::IntArrayRef dimensions, bool keep) {
    const bool everything = dimensions.empty();
    switch (op) {
        case ct_sum: return at::sum(x, dimensions, keep);
        case ct_mean: return at::mean(x, dimensions, keep);
        case ct_amax: return at::amax(x, dimensions, keep);
        case ct_amin: return at::amin(x, dimensions, keep);
        case ct_norm: {
            if (everything) return at::linalg_vector_norm(x, 2, std::nullopt, keep);
            return at::linalg_vector_norm(x, 2, dimensions, keep);
        }
        case ct_all: return everything ? at::all(x) : at::all(x, dimensions, keep);
        case ct_any: return everything ? at::any(x) : at::any(x, dimensions, keep);
        case ct_count_nonzero: {
            TORCH_CHECK(!keep, "counting does not keep dimensions");
            return everything ? at::count_nonzero(x) : at::count_nonzero(x, dimensions);
        }
    }
    TORCH_CHECK(false, "unknown reduction ", static_cast<int>(op));
}

}  // namespace

ct_status ct_unary(ct_unary_op op, ct_tensor *x, ct_tensor_out out) {
    return produce(out, [&] { return unary(op, x->value); });
}

ct_status ct_binary(ct_binary_op op, ct_tensor *a, ct_tensor *b, ct_tensor_out out) {
    return produce(out, [&] { return binary(op, a->value, b->value); });
}

ct_status ct_binary_scalar(ct_binary_op op, ct_tensor *x, double scalar, bool scalar_first, ct_tensor_out out) {
    return produce(out, [&] {
        const auto other = scalar_tensor(scalar, x->value);
        return scalar_first ? binary(op, other, x->value) : binary(op, x->value, other);
    });
}

ct_status ct_binary_in_place(ct_binary_op op, ct_tensor *target, ct_tensor *other) {
    return guarded([&] { binary_in_place(op, target->value, other->value); });
}

ct_status ct_binary_scalar_in_place(ct_binary_op op, ct_tensor *target, double scalar) {
    return guarded([&] { binary_in_place(op, target->value, scalar_tensor(scalar, target->value)); });
}

ct_status ct_clamp(ct_tensor *x, double low, double high, ct_tensor_out out) {
    return produce(out, [&] { return at::clamp(x->value, low, high); });
}

ct_status ct_where(ct_tensor *condition, ct_tensor *a, ct_tensor *b, ct_tensor_out out) {
    return produce(out, [&] { return at::where(condition->value, a->value, b->value); });
}

ct_status ct_masked_fill(ct_tensor *x, ct_tensor *mask, double value, ct_tensor_out out) {
    return produce(out, [&] { return at::masked_fill(x->value, mask->value, value); });
}

ct_status ct_reduce(
    ct_reduction op, ct_tensor *x, const intptr_t *dimensions, intptr_t count, bool keep_dimensions,
    ct_tensor_out out) {
    return produce(out, [&] { return reduce(op, x->value, sizes(dimensions, count), keep_dimensions); });
}

ct_status ct_cumsum(ct_tensor *x, intptr_t dimension, ct_tensor_out out) {
    return produce(out, [&] { return at::cumsum(x->value, dimension); });
}

ct_status ct_argmax(ct_tensor *x, intptr_t dimension, ct_tensor_out out) {
    return produce(out, [&] { return at::argmax(x->value, dimension); });
}

ct_status ct_sort(ct_tensor *x, intptr_t dimension, bool descending, ct_tensor_out values, ct_tensor_out indices) {
    return guarded([&] {
        auto [sorted, order] = at::sort(x->value, /*stable=*/true, dimension, descending);
        auto first = std::make_unique<ct_tensor>(std::move(sorted));
        *indices = new ct_tensor(std::move(order));
        *values = first.release();
    });
}

ct_status ct_kth_value(ct_tensor *x, intptr_t k, ct_tensor_out out) {
    return produce(out, [&] { return std::get<0>(at::kthvalue(x->value.flatten(), k)); });
}
