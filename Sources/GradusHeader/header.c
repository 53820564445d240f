// SPDX-License-Identifier: Apache-2.0
// The header alone is the module; this file checks that it can be included by itself.
#include "gradus.h"
