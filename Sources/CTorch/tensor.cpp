// Creation, reading, copying and reshaping.

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/scatter.h>
#include <ATen/ops/stack.h>

#include <cstring>

#include "handle.hpp"

using namespace ctorch;

void ct_tensor_free(ct_tensor *tensor) { delete tensor; }

ct_status ct_full(const intptr_t *shape, intptr_t rank, double value, ct_dtype dtype, ct_tensor_out out) {
    return produce(out, [&] { return at::full(sizes(shape, rank), value, scalar_type(dtype)); });
}

ct_status ct_arange(intptr_t count, ct_tensor_out out) {
    return produce(out, [&] { return at::arange(count, at::kLong); });
}

ct_status ct_from_bytes(
    const void *bytes, size_t byte_count, const intptr_t *shape, intptr_t rank, ct_dtype dtype, ct_tensor_out out) {
    return produce(out, [&] {
        auto tensor = at::empty(sizes(shape, rank), scalar_type(dtype));
        TORCH_CHECK(tensor.nbytes() == byte_count, "shape ", tensor.sizes(), " of ", tensor.dtype().name(), " takes ",
            tensor.nbytes(), " bytes, not ", byte_count);
        if (byte_count > 0) std::memcpy(tensor.mutable_data_ptr(), bytes, byte_count);
        return tensor;
    });
}

ct_status ct_copy_bytes(ct_tensor *tensor, void *bytes, size_t byte_count) {
    return guarded([&] {
        const auto source = tensor->value.detach().contiguous();
        TORCH_CHECK(source.nbytes() == byte_count, "the tensor has ", source.nbytes(), " bytes, not ", byte_count);
        if (byte_count > 0) std::memcpy(bytes, source.const_data_ptr(), byte_count);
    });
}

ct_status ct_item(ct_tensor *tensor, double *value) {
    return guarded([&] { *value = tensor->value.item().toDouble(); });
}

ct_status ct_item_int(ct_tensor *tensor, int64_t *value) {
    return guarded([&] { *value = tensor->value.item().toLong(); });
}

ct_status ct_dtype_of(ct_tensor *tensor, ct_dtype *dtype) {
    return guarded([&] {
        switch (tensor->value.scalar_type()) {
            case at::kByte: *dtype = ct_uint8; return;
            case at::kLong: *dtype = ct_int64; return;
            case at::kFloat: *dtype = ct_float32; return;
            case at::kDouble: *dtype = ct_float64; return;
            case at::kBool: *dtype = ct_bool; return;
            default: TORCH_CHECK(false, "element type ", tensor->value.dtype().name(), " has no name here");
        }
    });
}

intptr_t ct_rank(ct_tensor *tensor) { return tensor->value.dim(); }

intptr_t ct_size(ct_tensor *tensor, intptr_t dimension) {
    return tensor->value.sizes()[static_cast<size_t>(dimension)];
}

intptr_t ct_count(ct_tensor *tensor) { return tensor->value.numel(); }

bool ct_is_contiguous(ct_tensor *tensor) { return tensor->value.is_contiguous(); }

bool ct_shares_storage(ct_tensor *a, ct_tensor *b) { return a->value.is_alias_of(b->value); }

ct_status ct_copy_into(ct_tensor *target, ct_tensor *source) {
    return guarded([&] {
        TORCH_CHECK(target->value.sizes() == source->value.sizes(), "the target has shape ", target->value.sizes(),
            ", the source ", source->value.sizes());
        target->value.copy_(source->value);
    });
}

ct_status ct_fill(ct_tensor *target, double value) {
    return guarded([&] { target->value.fill_(value); });
}

ct_status ct_clone(ct_tensor *x, ct_tensor_out out) {
    return produce(out, [&] { return x->value.clone(); });
}

ct_status ct_contiguous(ct_tensor *x, ct_tensor_out out) {
    return produce(out, [&] { return x->value.contiguous(); });
}

ct_status ct_to_dtype(ct_tensor *x, ct_dtype dtype, ct_tensor_out out) {
    return produce(out, [&] { return x->value.to(scalar_type(dtype)); });
}

ct_status ct_reshape(ct_tensor *x, const intptr_t *shape, intptr_t rank, ct_tensor_out out) {
    return produce(out, [&] { return x->value.reshape(sizes(shape, rank)); });
}

ct_status ct_permute(ct_tensor *x, const intptr_t *order, intptr_t rank, ct_tensor_out out) {
    return produce(out, [&] { return x->value.permute(sizes(order, rank)); });
}

ct_status ct_expand(ct_tensor *x, const intptr_t *shape, intptr_t rank, ct_tensor_out out) {
    return produce(out, [&] { return x->value.expand(sizes(shape, rank)); });
}

ct_status ct_narrow(ct_tensor *x, intptr_t dimension, intptr_t start, intptr_t length, ct_tensor_out out) {
    return produce(out, [&] { return x->value.narrow(dimension, start, length); });
}

ct_status ct_index_select(ct_tensor *x, intptr_t dimension, ct_tensor *indices, ct_tensor_out out) {
    return produce(out, [&] { return at::index_select(x->value, dimension, indices->value); });
}

ct_status ct_gather(ct_tensor *x, intptr_t dimension, ct_tensor *indices, ct_tensor_out out) {
    return produce(out, [&] { return at::gather(x->value, dimension, indices->value); });
}

ct_status ct_scatter(ct_tensor *x, intptr_t dimension, ct_tensor *indices, ct_tensor *source, ct_tensor_out out) {
    return produce(out, [&] { return at::scatter(x->value, dimension, indices->value, source->value); });
}

ct_status ct_cat(ct_tensor_list tensors, intptr_t count, intptr_t dimension, ct_tensor_out out) {
    return produce(out, [&] { return at::cat(values(tensors, count), dimension); });
}

ct_status ct_stack(ct_tensor_list tensors, intptr_t count, intptr_t dimension, ct_tensor_out out) {
    return produce(out, [&] { return at::stack(values(tensors, count), dimension); });
}
