// Decompositions and systems of equations, by LAPACK.

#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/linalg_lstsq.h>
#include <ATen/ops/linalg_svd.h>

#include "handle.hpp"

using namespace ctorch;

ct_status ct_svd(ct_tensor *x, ct_tensor_out u, ct_tensor_out s, ct_tensor_out vh) {
    return guarded([&] {
        auto [left, singular, right] = at::linalg_svd(x->value, /*full_matrices=*/false);
        auto first = std::make_unique<ct_tensor>(std::move(left));
        auto second = std::make_unique<ct_tensor>(std::move(singular));
        *vh = new ct_tensor(std::move(right));
        *u = first.release();
        *s = second.release();
    });
}

ct_status ct_eigh(ct_tensor *x, ct_tensor_out values, ct_tensor_out vectors) {
    return guarded([&] {
        auto [eigenvalues, eigenvectors] = at::linalg_eigh(x->value);
        auto first = std::make_unique<ct_tensor>(std::move(eigenvalues));
        *vectors = new ct_tensor(std::move(eigenvectors));
        *values = first.release();
    });
}

ct_status ct_least_squares(ct_tensor *x, ct_tensor *targets, ct_tensor_out out) {
    return produce(out, [&] {
        // By singular values: columns that depend on each other are no failure.
        return std::get<0>(at::linalg_lstsq(x->value, targets->value, /*rcond=*/std::nullopt, "gelsd"));
    });
}
