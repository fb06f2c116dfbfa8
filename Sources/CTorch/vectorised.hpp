// What the loops of our own share that the compiler is to vectorise.

#pragma once

// The widest vectors the processor has are chosen when the program starts.
#if defined(__x86_64__)
#define CT_VECTORISED __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CT_VECTORISED
#endif
#define CT_INLINE __attribute__((always_inline))

// Loops marked for vectorisation may stay scalar in some instantiations.
#pragma clang diagnostic ignored "-Wpass-failed"
