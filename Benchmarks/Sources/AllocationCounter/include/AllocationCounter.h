// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Allocations of this process so far: calls of malloc, calloc, realloc and the aligned kinds.
unsigned long long allocation_count(void);
