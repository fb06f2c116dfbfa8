// Batches of pictures from stored bytes: gathered, cut out, mirrored, resampled and normalised in one pass.
//
// The result lies in channels-last layout, which convolutions run in. Every picture is computed from its own bytes and
// its own window, so neither the batch nor the number of threads changes a bit of it.

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <cmath>

#include "handle.hpp"

using namespace ctorch;

namespace {

struct Pictures {
    const uint8_t *bytes;
    // 256 values per channel.
    const float *table;
    int64_t channels, height, width;
};

// The part of the picture's own size at the window's corner; outside the picture bytes are 0.
void copy(const Pictures &p, const uint8_t *picture, const ct_window &window, float *out) {
    const int64_t first = std::clamp<int64_t>(-window.left, 0, p.width);
    const int64_t last = std::clamp<int64_t>(p.width - window.left, first, p.width);
    const int64_t step = window.mirrored ? -p.channels : p.channels;
    for (int64_t y = 0; y < p.height; ++y) {
        float *line = out + (y * p.width + (window.mirrored ? p.width - 1 : 0)) * p.channels;
        const int64_t row = y + window.top;
        const bool inside = row >= 0 && row < p.height;
        for (int64_t c = 0; c < p.channels; ++c) {
            const float *table = p.table + 256 * c;
            float *to = line + c;
            if (!inside) {
                for (int64_t x = 0; x < p.width; ++x) to[x * step] = table[0];
                continue;
            }
            const uint8_t *from = picture + (c * p.height + row) * p.width + window.left;
            for (int64_t x = 0; x < first; ++x) to[x * step] = table[0];
            for (int64_t x = first; x < last; ++x) to[x * step] = table[from[x]];
            for (int64_t x = last; x < p.width; ++x) to[x * step] = table[0];
        }
    }
}

// The whole window, which lies inside the picture, enlarged to the picture's size: bilinear, pixels are areas.
void enlarge(const Pictures &p, const uint8_t *picture, const ct_window &window, float *out) {
    const auto place = [](int64_t i, int64_t size, int64_t part) {
        const float at = (static_cast<float>(i) + 0.5f) * static_cast<float>(part) / static_cast<float>(size) - 0.5f;
        return std::clamp(at, 0.0f, static_cast<float>(part - 1));
    };
    for (int64_t y = 0; y < p.height; ++y) {
        const float row = place(y, p.height, window.height);
        const auto top = static_cast<int64_t>(row);
        const int64_t bottom = std::min<int64_t>(top + 1, window.height - 1);
        const float down = row - static_cast<float>(top);
        for (int64_t x = 0; x < p.width; ++x) {
            const float column = place(x, p.width, window.width);
            const auto left = static_cast<int64_t>(column);
            const int64_t right = std::min<int64_t>(left + 1, window.width - 1);
            const float across = column - static_cast<float>(left);
            float *to = out + (y * p.width + (window.mirrored ? p.width - 1 - x : x)) * p.channels;
            for (int64_t c = 0; c < p.channels; ++c) {
                const float *table = p.table + 256 * c;
                const uint8_t *plane = picture + c * p.height * p.width + window.top * p.width + window.left;
                const uint8_t *upper = plane + top * p.width, *lower = plane + bottom * p.width;
                const float above = table[upper[left]] + across * (table[upper[right]] - table[upper[left]]);
                const float below = table[lower[left]] + across * (table[lower[right]] - table[lower[left]]);
                to[c] = above + down * (below - above);
            }
        }
    }
}

void check(const ct_window &w, const Pictures &p) {
    if (w.height == p.height && w.width == p.width) return;
    TORCH_CHECK(
        w.top >= 0 && w.left >= 0 && w.height > 0 && w.width > 0 && w.top + w.height <= p.height &&
            w.left + w.width <= p.width,
        "a window of another size than the picture lies inside it");
}

}  // namespace

ct_status ct_assemble(
    ct_tensor *images, ct_tensor *positions, const ct_window *windows, const float *table, ct_tensor_out out) {
    return produce(out, [&] {
        RECORD_USER_SCOPE("assemble");
        const at::Tensor stored = images->value, order = positions->value.contiguous();
        TORCH_CHECK(stored.dim() == 4 && stored.scalar_type() == at::kByte && stored.is_contiguous(),
            "stored images are contiguous bytes (count, channels, height, width)");
        TORCH_CHECK(order.dim() == 1 && order.scalar_type() == at::kLong, "positions are one dimension of int64");
        const Pictures p{stored.const_data_ptr<uint8_t>(), table, stored.size(1), stored.size(2), stored.size(3)};
        const int64_t size = p.channels * p.height * p.width, count = stored.size(0), batch = order.size(0);
        const int64_t *position = order.const_data_ptr<int64_t>();
        for (int64_t i = 0; i < batch; ++i) {
            TORCH_CHECK_INDEX(position[i] >= 0 && position[i] < count, "position ", position[i], " of ", count);
            if (windows) check(windows[i], p);
        }
        auto result = at::empty({batch, p.channels, p.height, p.width}, at::TensorOptions(at::kFloat),
            at::MemoryFormat::ChannelsLast);
        float *to = result.mutable_data_ptr<float>();
        const ct_window whole{0, 0, static_cast<int32_t>(p.height), static_cast<int32_t>(p.width), false};
        const int64_t grain = std::max<int64_t>(1, 32768 / std::max<int64_t>(size, 1));
        at::parallel_for(0, batch, grain, [&](int64_t i, int64_t end) {
            for (; i < end; ++i) {
                const ct_window &window = windows ? windows[i] : whole;
                const uint8_t *picture = p.bytes + position[i] * size;
                const bool keepsSize = window.height == p.height && window.width == p.width;
                (keepsSize ? copy : enlarge)(p, picture, window, to + i * size);
            }
        });
        return result;
    });
}
