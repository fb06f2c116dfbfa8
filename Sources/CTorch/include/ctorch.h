// libtorch behind a C interface: opaque handles, a status per call, results through out-pointers.
//
// Every function returns `ct_ok` or a failure code; `ct_last_error` then holds the calling thread's message.
// A handle written to an out-pointer belongs to the caller, who releases it with the matching `_free`.
// Dimensions, shapes and counts are `intptr_t`; a null `dimensions` with count 0 means "all dimensions".

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ct_tensor ct_tensor;
typedef struct ct_generator ct_generator;
typedef ct_tensor *_Nonnull const *_Nonnull ct_tensor_list;
typedef ct_tensor *_Nullable *_Nonnull ct_tensor_out;

typedef enum ct_status {
    ct_ok = 0,
    // An argument libtorch refuses: shapes, types, indices.
    ct_invalid_argument = 1,
    ct_out_of_memory = 2,
    ct_unsupported = 3,
    ct_internal = 4,
} ct_status;

typedef enum ct_dtype {
    ct_uint8 = 0,
    ct_int64 = 1,
    ct_float32 = 2,
    ct_float64 = 3,
    ct_bool = 4,
} ct_dtype;

// MARK: - Runtime (runtime.cpp)

const char *ct_last_error(void);
// Tensor and generator handles not yet freed, in the whole process.
intptr_t ct_live_handles(void);
const char *ct_version(void);
ct_status ct_set_threads(intptr_t threads);
intptr_t ct_threads(void);
// Memory that was freed stays with the process: nothing is returned to the system before its end.
ct_status ct_keep_freed_memory(void);

// MARK: - Profiles (profile.cpp)

// Sees the names of operations within each other, outermost first, joined by ';', and the time they took less that of
// the operations within the last. The empty name stands for the time outside of all operations.
typedef void (*ct_profile_visit)(void *context, const char *stack, double seconds);
// Until its end, each operation of the calling thread takes some tenths of a microsecond more.
ct_status ct_profile_begin(void);
ct_status ct_profile_end(ct_profile_visit visit, void *context);

// MARK: - Tensors (tensor.cpp)

void ct_tensor_free(ct_tensor *tensor);
ct_status ct_full(
    const intptr_t *shape, intptr_t rank, double value, ct_dtype dtype, ct_tensor_out out);
ct_status ct_arange(intptr_t count, ct_tensor_out out);
// Copies `byte_count` bytes, which must be exactly what shape and dtype take.
ct_status ct_from_bytes(
    const void *_Nullable bytes, size_t byte_count, const intptr_t *shape, intptr_t rank, ct_dtype dtype,
    ct_tensor_out out);
// Copies the elements in row-major order into `bytes`, which must hold exactly `byte_count`.
ct_status ct_copy_bytes(ct_tensor *tensor, void *_Nullable bytes, size_t byte_count);
ct_status ct_item(ct_tensor *tensor, double *value);
ct_status ct_item_int(ct_tensor *tensor, int64_t *value);
ct_status ct_dtype_of(ct_tensor *tensor, ct_dtype *dtype);
intptr_t ct_rank(ct_tensor *tensor);
intptr_t ct_size(ct_tensor *tensor, intptr_t dimension);
intptr_t ct_count(ct_tensor *tensor);
bool ct_is_contiguous(ct_tensor *tensor);
bool ct_shares_storage(ct_tensor *a, ct_tensor *b);

ct_status ct_copy_into(ct_tensor *target, ct_tensor *source);
ct_status ct_fill(ct_tensor *target, double value);
ct_status ct_clone(ct_tensor *x, ct_tensor_out out);
ct_status ct_contiguous(ct_tensor *x, ct_tensor_out out);
ct_status ct_to_dtype(ct_tensor *x, ct_dtype dtype, ct_tensor_out out);

ct_status ct_reshape(ct_tensor *x, const intptr_t *shape, intptr_t rank, ct_tensor_out out);
ct_status ct_permute(ct_tensor *x, const intptr_t *order, intptr_t rank, ct_tensor_out out);
ct_status ct_expand(ct_tensor *x, const intptr_t *shape, intptr_t rank, ct_tensor_out out);
ct_status ct_narrow(
    ct_tensor *x, intptr_t dimension, intptr_t start, intptr_t length, ct_tensor_out out);
ct_status ct_index_select(
    ct_tensor *x, intptr_t dimension, ct_tensor *indices, ct_tensor_out out);
ct_status ct_gather(ct_tensor *x, intptr_t dimension, ct_tensor *indices, ct_tensor_out out);
ct_status ct_scatter(
    ct_tensor *x, intptr_t dimension, ct_tensor *indices, ct_tensor *source, ct_tensor_out out);
ct_status ct_cat(
    ct_tensor_list tensors, intptr_t count, intptr_t dimension, ct_tensor_out out);
ct_status ct_stack(
    ct_tensor_list tensors, intptr_t count, intptr_t dimension, ct_tensor_out out);

// MARK: - Arithmetic (arithmetic.cpp)

typedef enum ct_unary_op {
    ct_neg, ct_abs, ct_square, ct_sqrt, ct_exp, ct_log, ct_sign, ct_relu, ct_sigmoid, ct_tanh, ct_not, ct_is_finite,
} ct_unary_op;

typedef enum ct_binary_op {
    ct_add, ct_sub, ct_mul, ct_div, ct_pow, ct_maximum, ct_minimum,
    ct_equal, ct_not_equal, ct_less, ct_less_equal, ct_greater, ct_greater_equal, ct_and, ct_or,
} ct_binary_op;

typedef enum ct_reduction {
    ct_sum, ct_mean, ct_amax, ct_amin, ct_norm, ct_all, ct_any, ct_count_nonzero,
} ct_reduction;

ct_status ct_unary(ct_unary_op op, ct_tensor *x, ct_tensor_out out);
ct_status ct_binary(ct_binary_op op, ct_tensor *a, ct_tensor *b, ct_tensor_out out);
// The scalar stands on the right, or on the left with `scalar_first`. It never raises an integer tensor's type
// when it is a whole number.
ct_status ct_binary_scalar(
    ct_binary_op op, ct_tensor *x, double scalar, bool scalar_first, ct_tensor_out out);
// Add, subtract, multiply, divide only.
ct_status ct_binary_in_place(ct_binary_op op, ct_tensor *target, ct_tensor *other);
ct_status ct_binary_scalar_in_place(ct_binary_op op, ct_tensor *target, double scalar);
ct_status ct_clamp(ct_tensor *x, double low, double high, ct_tensor_out out);
ct_status ct_where(ct_tensor *condition, ct_tensor *a, ct_tensor *b, ct_tensor_out out);
ct_status ct_masked_fill(ct_tensor *x, ct_tensor *mask, double value, ct_tensor_out out);
ct_status ct_reduce(
    ct_reduction op, ct_tensor *x, const intptr_t *_Nullable dimensions, intptr_t count, bool keep_dimensions,
    ct_tensor_out out);
ct_status ct_cumsum(ct_tensor *x, intptr_t dimension, ct_tensor_out out);
ct_status ct_argmax(ct_tensor *x, intptr_t dimension, ct_tensor_out out);
// Stable: equal elements keep their order, so the result is unique.
ct_status ct_sort(
    ct_tensor *x, intptr_t dimension, bool descending, ct_tensor_out values,
    ct_tensor_out indices);
// Of all elements, `k` from 1.
ct_status ct_kth_value(ct_tensor *x, intptr_t k, ct_tensor_out out);

// MARK: - Layers (layers.cpp, convolution.cpp, linear.cpp, normalisation.cpp, pooling.cpp)

ct_status ct_matmul(ct_tensor *a, ct_tensor *b, ct_tensor_out out);
ct_status ct_linear(
    ct_tensor *x, ct_tensor *weight, ct_tensor *_Nullable bias, ct_tensor_out out);
ct_status ct_conv2d(
    ct_tensor *x, ct_tensor *weight, ct_tensor *_Nullable bias, intptr_t stride, intptr_t padding, intptr_t groups,
    ct_tensor_out out);
ct_status ct_max_pool2d(
    ct_tensor *x, intptr_t kernel, intptr_t stride, intptr_t padding, ct_tensor_out out);
// With `relu`, max(., 0) of the normalised.
ct_status ct_batch_norm(
    ct_tensor *x, ct_tensor *_Nullable weight, ct_tensor *_Nullable bias, ct_tensor *running_mean,
    ct_tensor *running_variance, bool training, double momentum, double epsilon, bool relu,
    ct_tensor_out out);
ct_status ct_cross_entropy(ct_tensor *logits, ct_tensor *labels, ct_tensor_out out);
// (batch, channels, height, width) to (batch, channels * kernel * kernel, positions).
ct_status ct_unfold(ct_tensor *x, intptr_t kernel, intptr_t stride, intptr_t padding, ct_tensor_out out);

// MARK: - Linear algebra (linear_algebra.cpp)

// The reduced form: x = u * diag(s) * vh.
ct_status ct_svd(ct_tensor *x, ct_tensor_out u, ct_tensor_out s, ct_tensor_out vh);
// Of a symmetric matrix, of which only the lower triangle is read: x = vectors * diag(values) * vectors^T.
ct_status ct_eigh(ct_tensor *x, ct_tensor_out values, ct_tensor_out vectors);
// The smallest solution of least squared error of x * solution = targets; both matrices.
ct_status ct_least_squares(ct_tensor *x, ct_tensor *targets, ct_tensor_out out);

// MARK: - Differentiation (autograd.cpp)

// Returns whether this thread recorded before.
bool ct_set_recording(bool recording);
ct_status ct_set_requires_grad(ct_tensor *x, bool required);
bool ct_requires_grad(ct_tensor *x);
ct_status ct_detach(ct_tensor *x, ct_tensor_out out);
ct_status ct_backward(ct_tensor *loss);
// Null when there is none.
ct_status ct_grad(ct_tensor *x, ct_tensor_out out);
ct_status ct_clear_grads(ct_tensor_list tensors, intptr_t count);
// Writes `count` handles to `out`. An input the output does not depend on gets zeros.
ct_status ct_gradients(
    ct_tensor *output, ct_tensor_list inputs, intptr_t count, bool create_graph,
    ct_tensor_out out);

// MARK: - Randomness (random.cpp)

ct_status ct_generator_new(uint64_t seed, ct_generator *_Nullable *_Nonnull out);
void ct_generator_free(ct_generator *generator);
ct_status ct_normal(
    ct_generator *generator, const intptr_t *shape, intptr_t rank, double mean, double deviation, ct_dtype dtype,
    ct_tensor_out out);
ct_status ct_uniform(
    ct_generator *generator, const intptr_t *shape, intptr_t rank, double low, double high, ct_dtype dtype,
    ct_tensor_out out);
ct_status ct_bernoulli(
    ct_generator *generator, const intptr_t *shape, intptr_t rank, double probability,
    ct_tensor_out out);
ct_status ct_permutation(ct_generator *generator, intptr_t count, ct_tensor_out out);

// MARK: - Stored images (augment.cpp)

// The part of a picture that is shown, in pixels. One of the picture's own size may lie partly outside it, where bytes
// are 0; one of another size lies inside and is enlarged to it.
typedef struct ct_window {
    int32_t top, left, height, width;
    bool mirrored;
} ct_window;

// The pictures at `positions` (int64 [batch]) of `images` (uint8 [count, channels, height, width]) as float32
// [batch, channels, height, width], channels innermost in memory. Byte b of channel c becomes table[256 * c + b].
// `windows` has one element a position, or is null for whole pictures.
ct_status ct_assemble(
    ct_tensor *images, ct_tensor *positions, const ct_window *_Nullable windows, const float *table,
    ct_tensor_out out);

// MARK: - Optimisers (optimizer.cpp)

// One step over all parameters, in place. Parameters without a gradient are left alone, as is their state.
ct_status ct_sgd_step(
    ct_tensor_list parameters, ct_tensor_list momenta, intptr_t count, double learning_rate,
    double momentum, double weight_decay);
// `step` counts from 1.
ct_status ct_adam_step(
    ct_tensor_list parameters, ct_tensor_list means, ct_tensor_list squares,
    intptr_t count, int64_t step, double learning_rate, double beta1, double beta2, double epsilon,
    double weight_decay);
// Sets tensors[i] to zero, in place, where masks[i] (bool, same shape) is false.
ct_status ct_apply_masks(ct_tensor_list tensors, ct_tensor_list masks, intptr_t count);

#ifdef __cplusplus
}
#endif

#pragma clang assume_nonnull end
