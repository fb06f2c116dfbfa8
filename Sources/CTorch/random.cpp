// Random tensors from an explicit generator; the global one is never touched.

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/randperm.h>

#include "handle.hpp"

using namespace ctorch;

ct_status ct_generator_new(uint64_t seed, ct_generator **out) {
    return guarded([&] { *out = new ct_generator(at::make_generator<at::CPUGeneratorImpl>(seed)); });
}

void ct_generator_free(ct_generator *generator) { delete generator; }

ct_status ct_normal(
    ct_generator *generator, const intptr_t *shape, intptr_t rank, double mean, double deviation, ct_dtype dtype,
    ct_tensor_out out) {
    return produce(out, [&] {
        return at::empty(sizes(shape, rank), scalar_type(dtype)).normal_(mean, deviation, generator->value);
    });
}

ct_status ct_uniform(
    ct_generator *generator, const intptr_t *shape, intptr_t rank, double low, double high, ct_dtype dtype,
    ct_tensor_out out) {
    return produce(out, [&] {
        return at::empty(sizes(shape, rank), scalar_type(dtype)).uniform_(low, high, generator->value);
    });
}

ct_status ct_bernoulli(
    ct_generator *generator, const intptr_t *shape, intptr_t rank, double probability, ct_tensor_out out) {
    return produce(out, [&] {
        return at::empty(sizes(shape, rank), at::kBool).bernoulli_(probability, generator->value);
    });
}

ct_status ct_permutation(ct_generator *generator, intptr_t count, ct_tensor_out out) {
    return produce(out, [&] { return at::randperm(count, generator->value, at::kLong); });
}
