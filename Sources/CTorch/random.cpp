// Random tensors from an explicit generator; the global one is never touched.

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/bincount.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/randperm.h>
#include <ATen/ops/searchsorted.h>

#include <cmath>

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

ct_status ct_sample_counts(ct_generator *generator, ct_tensor *probabilities, intptr_t draws, ct_tensor_out out) {
    return produce(out, [&] {
        TORCH_CHECK(draws >= 0, "the number of draws is at least 0, not ", draws);
        const auto shares = probabilities->value.detach().to(at::kDouble).flatten();
        const auto reached = shares.cumsum(0);
        const double total = shares.numel() > 0 ? reached[-1].item<double>() : 0;
        TORCH_CHECK(std::isfinite(total) && total > 0 && shares.min().item<double>() >= 0,
            "probabilities are finite, not negative and not all zero");
        // A point below the total lies in the first element whose sum is larger: never in one of probability zero.
        const auto points = at::empty({draws}, at::kDouble).uniform_(0, total, generator->value);
        const auto drawn = at::searchsorted(reached, points, /*out_int32=*/false, /*right=*/true);
        return at::bincount(drawn, /*weights=*/{}, shares.numel()).reshape(probabilities->value.sizes());
    });
}
